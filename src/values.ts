// SPDX-License-Identifier: MIT
// What observations are made of: a part of observation.ts. Names taken from the kernel keep the kernel's spelling.
import { z } from 'zod'

/** A number from 0 up. */
export const uint = z.int().min(0)

/** Up to 64 bits in hexadecimal, as addresses in memory and cookies are told. */
export const hex = z.string().regex(/^[0-9a-f]{1,16}$/)

/** A socket or a segment in the kernel's memory: its number in this recording; before schema 6, its address. */
export const pointer = z.string().regex(/^(?:skb?[1-9][0-9]*|[0-9a-f]{1,16})$/)

/** A moment, or the time since boot: seconds and nanoseconds. */
export const time = z.strictObject({ s: z.int(), ns: uint.max(999_999_999) })

/** An address of either family, as text. */
export const address = z.union([z.ipv4(), z.ipv6()])

/** A connection as in packets that arrive here: `saddr` and `sport` are the peer's; `netns` an inode. */
export const tuple = z.strictObject({
  family: z.union([z.literal(4), z.literal(6)]),
  saddr: address,
  sport: uint.max(65535),
  daddr: address,
  dport: uint.max(65535),
  netns: uint,
})

/** The ends of a packet. */
export const ends = tuple.omit({ family: true, netns: true })

/**
 * One TCP segment: flags as bits, sequence numbers and window in host order, `length` the payload in bytes, `ip_id` 0 for
 * IPv6, which has none, `dev` and `ifindex` the name and the number of the interface that it came in by, where the kernel still
 * knew.
 */
export const segment = z.strictObject({
  skb: pointer,
  flags: uint.max(255),
  seq: uint,
  ack: uint,
  window: uint,
  length: z.int(),
  ttl: uint.max(255),
  ip_id: uint.max(65535),
  dev: z.string().optional(),
  ifindex: uint.optional(),
})

/**
 * A socket as a probe saw it; mini-sockets of TIME_WAIT and NEW_SYN_RECV have no more than `sk`, `state`, and the window that
 * they take: `rcv_nxt`, `rcv_wnd`; a request also the number of its SYN ACK, `snt_isn`. A full socket's window begins at `rcv_wup`. `request`: the segment came for a request
 * socket of this listener. `user_timeout` is in milliseconds; `retransmits` and `probes_out` count what went unanswered,
 * `data_in` segments with data that came. `sent_ago` and `heard_ago`: nanoseconds since this host last sent anything, and
 * since data or an ACK last came. `route`: the index of the interface that the socket sends by.
 */
export const socket = z.strictObject({
  sk: pointer,
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
  data_in: uint.optional(),
  snt_isn: uint.optional(),
  sent_ago: uint.optional(),
  heard_ago: uint.optional(),
  route: uint.optional(),
  request: z.boolean().optional(),
  backlog: uint.optional(),
  limit: uint.optional(),
})

/**
 * The task that ran when the probe fired; `exit_code` as in the kernel's task_struct while it is exiting, else null;
 * `cgroup` the path of its cgroup (version 2, or 1 where only that names a container), where it could be told. `kthread`: it is a
 * thread of the kernel. `container`, `pod` and its `namespace`: names that the runtime's files gave when the task was seen; `runtime`
 * by them, where the path does not say it.
 */
export const task = z.strictObject({
  pid: uint,
  comm: z.string(),
  exit_code: z.int().nullable(),
  kthread: z.literal(true).optional(),
  cgroup: z.string().optional(),
  container: z.string().optional(),
  pod: z.string().optional(),
  namespace: z.string().optional(),
  runtime: z.enum(['containerd', 'cri-o', 'docker', 'podman']).optional(),
})

/**
 * What was remembered of a flow's earlier segments: the TTL of the first, another one if there was any, how many there were,
 * and when the last one came. Without `packets` and `last` one segment was looked at, that by which the connection was made;
 * `iif` is the index of the interface that it came by.
 */
export const flowFacts = z.strictObject({
  ttl: uint.max(255),
  other_ttl: uint.max(255).optional(),
  packets: uint.optional(),
  last: time.optional(),
  iif: uint.optional(),
})

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
  /** Near misses were not asked for: there were too many questions at once. */
  near_skipped: z.boolean().optional(),
  /** How many other network namespaces were looked into, and that there are more. */
  netns_seen: uint.optional(),
  netns_cut: z.boolean().optional(),
})
