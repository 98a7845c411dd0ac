// SPDX-License-Identifier: MIT
// The seam: the one type that crosses every boundary, live, in a file and in tests. One Observation is one line of JSON.
// Names taken from the kernel keep the kernel's spelling.
import { z } from 'zod'
import { recordedFilter } from './recordedFilter.ts'
import { address, answer, ends, flowFacts, hex, pointer, segment, socket, task, time, tuple, uint } from './values.ts'

/** The version of the lines; a recording carries it in its first line. decode.ts reads the older ones. */
export const SCHEMA = 6

const event = { at: time, cpu: uint, fn: z.string() }

const start = z.strictObject({
  kind: z.literal('start'),
  schema: z.literal(SCHEMA),
  tool: z.string(),
  at: time,
  /** The moment of boot since 1970: what turns event time into a date. */
  boot: time,
  kernel: z.string(),
  /** The name of the host (uname -n), since schema 6: it tells recordings of two hosts apart. */
  host: z.string().optional(),
  bpftrace: z.string(),
  /** Which connections the kernel side told of; text where a schema before 5 says it in words that cannot be read. */
  filter: z.union([recordedFilter, z.string()]),
  probes: z.array(z.string()),
  /** Probes that the catalogue has and this kernel has not. */
  missing: z.array(z.string()),
  /** SHA-256 of the bpftrace program that ran. */
  program: z.string(),
  ehash: z.enum(['module', 'ss', 'off']),
  /** Of a recording in several files, from the second on: which one this is, and `at` of the first. Since schema 6. */
  goes_on: z.strictObject({ from: time, part: uint.min(2) }).optional(),
})
/**
 * The first segment of a flow, as recordings up to now have it (`first`); or one with RST, this with the socket that was found for it before it was processed; or, by
 * tcp_check_req, the ACK of a handshake that a full accept queue drops, with the listener; or, by tcp_conn_request, the SYN
 * of a handshake that is lost, as its request socket remembers it, with the listener.
 */
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
  /** Nanoseconds since this host itself sent a RST, whatever the connection, or since boot. */
  own_rst: uint.optional(),
})
const reply = z.strictObject({ kind: z.literal('reply'), ...event, skb: pointer })
const state = z.strictObject({
  kind: z.literal('state'),
  ...event,
  tuple,
  sk: pointer,
  from: z.string(),
  to: z.string(),
  /** Of a change to CLOSE: the error that ended the connection, a number of errno; 0 where there was none. */
  sk_err: uint.optional(),
  /** Of a change to CLOSE: whether the kernel had just refused the connection a time-wait; absent: not known. */
  no_time_wait: z.boolean().optional(),
  /** The number of the interface that the socket is bound to (SO_BINDTODEVICE); absent: to none. */
  bound: uint.optional(),
  task,
})
/** Somebody has a socket: by accept(), or (`sk` null, fn `proc`) found in /proc when the trace began. */
const owner = z.strictObject({ kind: z.literal('owner'), ...event, tuple, sk: pointer.nullable(), task })

/**
 * NAT has given a connection other addresses or ports: an entry of conntrack, as it is made (fn `__nf_conntrack_confirm`) or as
 * its table has it (`proc`). `tuple` is that of its first packet as that came, with the network namespace that translates;
 * `reply` is that of the answers as they come there.
 */
const nat = z.strictObject({ kind: z.literal('nat'), ...event, tuple, reply: ends })

/**
 * A reset has asked how the last connection of its 5-tuple had ended here, and the place of that memory is another connection's,
 * which ended at `since`: what ended before that is forgotten.
 */
const forgot = z.strictObject({ kind: z.literal('forgot'), ...event, tuple, since: time })

/** A step of the trail: a kernel function was called for the connection. `who` pairs it with its return. */
const call = z.strictObject({
  kind: z.literal('call'),
  ...event,
  who: hex,
  tuple,
  segment: segment.nullable(),
  socket: z.strictObject({ sk: pointer, state: z.string() }).nullable(),
  /** Where the packet entered the host, when NAT or another network namespace gave it other addresses since. */
  was: z.strictObject({ at: time, fn: z.string(), netns: uint, daddr: address, dport: uint.max(65535) }).nullable(),
  /** For a drop: where the packet was going; `out` is a RST of this host itself. Absent: not routed yet, or not known. */
  way: z.enum(['in', 'through', 'out']).optional(),
  /** For a drop: the reason, where the kernel has one, and the function that dropped. */
  reason: z.string().nullable(),
  location: z.string().nullable(),
})
/** The function came back; `value` in its own words. */
const returned = z.strictObject({ kind: z.literal('return'), ...event, who: hex, value: z.string() })

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
/**
 * Time goes on. `read`: when this was read, since schema 4. `boot`: the moment of boot since 1970, where the wall clock was set
 * since that was last told: the dates of events from here on.
 */
const tick = z.strictObject({ kind: z.literal('tick'), at: time, read: time.optional(), boot: time.optional() })
/** `probes`: the kernel did not run one where it was hit, so that an event may be lost, or none. */
const lost = z.strictObject({ kind: z.literal('lost'), what: z.enum(['events', 'lookups', 'probes']), count: uint })
/** Resets that the kernel side counted as sent, for one network namespace, whatever became of their lines. */
const total = z.strictObject({ kind: z.literal('total'), netns: uint, sent: uint })
/** The kernel's own counters of a network namespace (/proc/net/snmp), at the beginning and at the end. */
const counters = z.strictObject({
  kind: z.literal('counters'),
  at: time,
  netns: uint,
  values: z.record(z.string(), uint),
})
/** `goes_on`: the trace has not ended, the next file has the rest. Since schema 6. */
const stop = z.strictObject({
  kind: z.literal('stop'),
  error: z.string().nullable(),
  goes_on: z.literal(true).optional(),
})

/** Any line of a recording. */
export const observation = z.discriminatedUnion('kind', [
  start,
  packet,
  reset,
  reply,
  state,
  owner,
  nat,
  forgot,
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
/** The names of a task's container and pod. */
export type ContainerNames = Pick<Task, 'container' | 'pod' | 'namespace' | 'runtime'>
export type Answer = z.infer<typeof answer>
export type FlowFacts = z.infer<typeof flowFacts>

/** One kind of Observation. */
export type Kind<K extends Observation['kind']> = Extract<Observation, { kind: K }>
