// SPDX-License-Identifier: MIT
// The seam: the one type that crosses every boundary, live, in a file and in tests. One Observation is one line of JSON.
// Names taken from the kernel keep the kernel's spelling.
import { z } from 'zod'

/** The version of the lines; a recording carries it in its first line. decode.ts reads the older ones. */
export const SCHEMA = 4

const uint = z.int().min(0)
const hex = z.string().regex(/^[0-9a-f]{1,16}$/)
const time = z.strictObject({ s: z.int(), ns: uint.max(999_999_999) })
const address = z.union([z.ipv4(), z.ipv6()])
const tuple = z.strictObject({
  family: z.union([z.literal(4), z.literal(6)]),
  saddr: address,
  sport: uint.max(65535),
  daddr: address,
  dport: uint.max(65535),
  netns: uint,
})

/**
 * One TCP segment: flags as bits, sequence numbers and window in host order, `length` the payload in bytes, `ip_id` 0 for
 * IPv6, which has none, `dev` the interface that it came in by, where the kernel still knew.
 */
const segment = z.strictObject({
  skb: hex,
  flags: uint.max(255),
  seq: uint,
  ack: uint,
  window: uint,
  length: z.int(),
  ttl: uint.max(255),
  ip_id: uint.max(65535),
  dev: z.string().optional(),
})

/**
 * A socket as a probe saw it; mini-sockets of TIME_WAIT and NEW_SYN_RECV have no more than `sk`, `state`, and the window that
 * they take: `rcv_nxt`, `rcv_wnd`. A full socket's window begins at `rcv_wup`. `request`: the segment came for a request
 * socket of this listener. `user_timeout` is in milliseconds; `retransmits` and `probes_out` count what went unanswered.
 */
const socket = z.strictObject({
  sk: hex,
  state: z.string(),
  substate: z.string().optional(),
  cookie: hex.optional(),
  snd_una: uint.optional(),
  snd_nxt: uint.optional(),
  rcv_nxt: uint.optional(),
  copied_seq: uint.optional(),
  rcv_wnd: uint.optional(),
  rcv_wup: uint.optional(),
  min_ttl: uint.optional(),
  shutdown: uint.optional(),
  dead: z.boolean().optional(),
  linger: z.boolean().optional(),
  lingertime: uint.optional(),
  linger2: z.int().optional(),
  retransmits: uint.optional(),
  probes_out: uint.optional(),
  user_timeout: uint.optional(),
  request: z.boolean().optional(),
  backlog: uint.optional(),
  limit: uint.optional(),
})

/**
 * The task that ran when the probe fired; `exit_code` as in the kernel's task_struct while it is exiting, else null;
 * `cgroup` the path of its cgroup (version 2), where it could be told.
 */
const task = z.strictObject({
  pid: uint,
  comm: z.string(),
  exit_code: z.int().nullable(),
  cgroup: z.string().optional(),
})

/**
 * What was remembered of a flow's earlier segments: the TTL of the first, another one if there was any, how many there were,
 * and when the last one came.
 */
const flowFacts = z.strictObject({
  ttl: uint.max(255),
  other_ttl: uint.max(255).optional(),
  packets: uint,
  last: time,
})

const event = { at: time, cpu: uint, fn: z.string() }

const start = z.strictObject({
  kind: z.literal('start'),
  schema: z.literal(SCHEMA),
  tool: z.string(),
  at: time,
  /** The moment of boot since 1970: what turns event time into a date. */
  boot: time,
  kernel: z.string(),
  bpftrace: z.string(),
  /** Which connections the kernel side told of. */
  filter: z.string(),
  probes: z.array(z.string()),
  /** Probes that the catalogue has and this kernel has not. */
  missing: z.array(z.string()),
  /** SHA-256 of the bpftrace program that ran. */
  program: z.string(),
  ehash: z.enum(['module', 'ss', 'off']),
})
/** The first segment of a flow, or one with RST, this with the socket that was found for it before it was processed. */
const packet = z.strictObject({
  kind: z.literal('packet'),
  ...event,
  tuple,
  segment,
  first: z.boolean(),
  socket: socket.optional(),
})
const reset = z.strictObject({
  kind: z.literal('reset'),
  ...event,
  tuple,
  segment: segment.nullable(),
  socket: socket.nullable(),
  task: task.nullable(),
  /** Kernel functions from the innermost outwards, without offsets. */
  stack: z.array(z.string()),
  /** The kernel's own reason (enum sk_rst_reason, 6.12 and later), without its prefix. */
  reason: z.string().nullable(),
  flow: flowFacts.nullable(),
})
const reply = z.strictObject({ kind: z.literal('reply'), ...event, skb: hex })
const state = z.strictObject({
  kind: z.literal('state'),
  ...event,
  tuple,
  sk: hex,
  from: z.string(),
  to: z.string(),
  task,
})
/** Somebody has a socket: by accept(), or (`sk` null, fn `proc`) found in /proc when the trace began. */
const owner = z.strictObject({ kind: z.literal('owner'), ...event, tuple, sk: hex.nullable(), task })

/** A step of the trail: a kernel function was called for the connection. `who` pairs it with its return. */
const call = z.strictObject({
  kind: z.literal('call'),
  ...event,
  who: hex,
  tuple,
  segment: segment.nullable(),
  socket: z.strictObject({ sk: hex, state: z.string() }).nullable(),
  /** Where the packet entered the host, when NAT or another network namespace gave it other addresses since. */
  was: z.strictObject({ at: time, fn: z.string(), netns: uint, daddr: address, dport: uint.max(65535) }).nullable(),
  /** For a drop: the reason, where the kernel has one, and the function that dropped. */
  reason: z.string().nullable(),
  location: z.string().nullable(),
})
/** The function came back; `value` in its own words. */
const returned = z.strictObject({ kind: z.literal('return'), ...event, who: hex, value: z.string() })

/** What a look-up answered. `error` says why there is no answer; `found` is null then. */
export const answer = z.strictObject({
  found: z.enum(['established', 'timewait', 'request', 'listener', 'none']).nullable(),
  error: z.string().optional(),
  state: z.string().optional(),
  substate: z.string().optional(),
  cookie: hex.optional(),
  inode: uint.optional(),
  uid: uint.optional(),
  snd_una: uint.optional(),
  snd_nxt: uint.optional(),
  rcv_nxt: uint.optional(),
  rcv_wnd: uint.optional(),
  retransmits: uint.optional(),
  bucket: uint.optional(),
  chain: uint.optional(),
  backlog: uint.optional(),
  limit: uint.optional(),
  /** The listener shares its port (SO_REUSEPORT): the SYN may go to another one, with a backlog of its own. */
  reuseport: z.boolean().optional(),
  /** Near misses, where they were asked for and there are some; the names are those of kmod/tcphash.h. */
  reversed: z.string().optional(),
  other_netns: uint.optional(),
  other_found: z.string().optional(),
  listen_differs: z.string().optional(),
  listen_family: uint.optional(),
  listen_address: address.optional(),
  listen_ifindex: uint.optional(),
  /** A listener would take it, but a BPF program (sk_lookup) hides it. */
  hidden: z.boolean().optional(),
  /** How many other network namespaces were looked into, and that there are more. */
  netns_seen: uint.optional(),
  netns_cut: z.boolean().optional(),
})
const lookup = z.strictObject({
  kind: z.literal('lookup'),
  /** When the answer was made. */
  at: time,
  /** The moment of the event that it was asked for: with `why` and `tuple` its reference. */
  event: time,
  why: z.enum(['first', 'reset']),
  tuple,
  source: z.enum(['module', 'ss']),
  answer,
})
/** Time goes on. `read`: when this was read, since schema 4. */
const tick = z.strictObject({ kind: z.literal('tick'), at: time, read: time.optional() })
const lost = z.strictObject({ kind: z.literal('lost'), what: z.enum(['events', 'lookups']), count: uint })
/** Resets that the kernel side counted as sent, for one network namespace, whatever became of their lines. */
const total = z.strictObject({ kind: z.literal('total'), netns: uint, sent: uint })
/** The kernel's own counters of a network namespace (/proc/net/snmp), at the beginning and at the end. */
const counters = z.strictObject({
  kind: z.literal('counters'),
  at: time,
  netns: uint,
  values: z.record(z.string(), uint),
})
const stop = z.strictObject({ kind: z.literal('stop'), error: z.string().nullable() })

/** Any line of a recording. */
export const observation = z.discriminatedUnion('kind', [
  start,
  packet,
  reset,
  reply,
  state,
  owner,
  lookup,
  tick,
  lost,
  call,
  returned,
  total,
  counters,
  stop,
])

export type Observation = z.infer<typeof observation>
export type Segment = z.infer<typeof segment>
export type Socket = z.infer<typeof socket>
export type Task = z.infer<typeof task>
export type Answer = z.infer<typeof answer>
export type FlowFacts = z.infer<typeof flowFacts>

/** One kind of Observation. */
export type Kind<K extends Observation['kind']> = Extract<Observation, { kind: K }>
