// SPDX-License-Identifier: MIT
// The one table of what a line of a probe says. From it come the printf of a probe (print.ts), the reader of the line
// (src/live/line.ts), the samples of the tests and the reference in probes/README.md. A new field is a row here, its name in
// the print of the probes that know it, and where a rule needs it a field of src/observation.ts.
import type { Socket } from '../observation.ts'
import { field, small, type Field, type Reader } from './field.ts'

export type { Field }

/** Every line but a tick begins with these. */
const event = {
  fn: field('%s', 'text', '/*{fn}*/', 'the kernel function, or the event in a word of ours'),
  at: field('%llu', 'time', 'nsecs', 'when the probe fired, since boot', 'ns'),
  cpu: field('%d', 'number', 'cpu', 'the CPU that it fired on'),
  n: field('%lld', 'number', '@n[cpu] + 1', 'the number of the line on its CPU, from 1 on: a gap is a loss'),
}

/** The connection, as a packet has it that arrives here. Addresses as the machine loads them, in halves. */
const tuple = {
  netns: small(field('%llu', 'number', '$netns', 'the network namespace, as the inode of /proc/PID/ns/net'), 32),
  family: small(field('%llu', 'number', '$family', '4 or 6, as the packets are'), 8),
  s0: field('%lx', 'hex', '$s0', "the peer's address: of IPv4 all of it, of IPv6 the first half"),
  s1: field('%lx', 'hex', '$s1', "the peer's address: of IPv6 the second half"),
  sport: small(field('%llu', 'number', '$sport', "the peer's port"), 16),
  d0: field('%lx', 'hex', '$d0', 'the address here: of IPv4 all of it, of IPv6 the first half'),
  d1: field('%lx', 'hex', '$d1', 'the address here: of IPv6 the second half'),
  dport: small(field('%llu', 'number', '$dport', 'the port here'), 16),
}

/** The segment that arrived. */
const segment = {
  skb: field('%lx', 'hex', '$skbaddr', 'the packet in memory; 0: there is none'),
  flags: small(field('%llu', 'number', '$flags', 'the flags of the TCP header, as bits'), 8),
  seq: small(field('%u', 'number', 'bswap($th->seq)', 'the sequence number'), 32),
  ack: small(field('%u', 'number', 'bswap($th->ack_seq)', 'the acknowledgement number'), 32),
  window: small(field('%d', 'number', 'bswap($th->window)', 'the window, not scaled'), 16),
  length: field('%lld', 'number', '$length', 'the payload', 'bytes'),
  ttl: small(field('%llu', 'number', '$ttl', 'TTL, or the hop limit'), 8),
  ip_id: small(field('%llu', 'number', '$ip_id', 'the identification of IPv4; 0 for IPv6'), 16),
}

const dev = field('%s', 'text', '$skb->dev->name', 'the interface that it came in by; empty: not known any more')

/** The tuple of the answers to a connection that NAT has changed, as they come where it is translated. */
const reply = {
  r0: field('%lx', 'hex', '$r0', 'the address that they come from, as s0'),
  r1: field('%lx', 'hex', '$r1', 'the same, as s1'),
  rport: small(field('%llu', 'number', '$rport', 'the port that they come from'), 16),
  t0: field('%lx', 'hex', '$t0', 'the address that they are sent to, as d0'),
  t1: field('%lx', 'hex', '$t1', 'the same, as d1'),
  tport: small(field('%llu', 'number', '$tport', 'the port that they are sent to'), 16),
}

/** A socket of any sort. */
const socket = {
  sk: field('%lx', 'hex', '$skaddr', 'the socket in memory; 0: there is none'),
  state: small(field('%d', 'state', '$sk->__sk_common.skc_state', 'its state (include/net/tcp_states.h)'), 8),
  substate: small(field('%d', 'state', '$tw->tw_substate', 'of a time-wait: the state that it stands for'), 8),
  cookie: field('%lx', 'hex', '$sk->__sk_common.skc_cookie.counter', 'its cookie (sock_diag); 0: it has none yet'),
  sk_flags: field('%lx', 'bits', '$sk->__sk_common.skc_flags', 'bits of enum sock_flags: dead is 0, linger 4'),
  request: small(field('%llu', 'number', '$request', '1: the segment came for a request socket of this listener'), 8),
  tw_rcv_nxt: small(
    field('%u', 'number', '$tw->__tw_common.skc_tw_rcv_nxt', 'of a time-wait: the sequence number expected'),
    32,
  ),
}

/** Numbers of a full socket, which an Observation has by the same names. */
export const socketNumbers = {
  snd_una: small(field('%u', 'number', '$tp->snd_una', 'the oldest sequence number sent and not acknowledged'), 32),
  snd_nxt: small(field('%u', 'number', '$tp->snd_nxt', 'the next sequence number to be sent'), 32),
  rcv_nxt: small(field('%u', 'number', '$tp->rcv_nxt', 'the sequence number expected'), 32),
  copied_seq: small(field('%u', 'number', '$tp->copied_seq', 'how far the application has read'), 32),
  rcv_wnd: small(field('%u', 'number', '$tp->rcv_wnd', 'the window that was offered', 'bytes'), 32),
  rcv_wup: small(field('%u', 'number', '$tp->rcv_wup', 'rcv_nxt when the window was offered: it begins there'), 32),
  min_ttl: small(field('%llu', 'number', '$min_ttl', 'IP_MINTTL, or IPV6_MINHOPCOUNT'), 8),
  shutdown: small(field('%d', 'number', '$sk->sk_shutdown', 'which directions are shut: 1 receiving, 2 sending'), 8),
  lingertime: field('%lu', 'number', '$sk->sk_lingertime', 'SO_LINGER', 'jiffies'),
  linger2: small(field('%d', 'number', '$tp->linger2', 'TCP_LINGER2; negative: no FIN_WAIT2', 'jiffies'), 32),
  retransmits: small(field('%u', 'number', '$icsk->icsk_retransmits', 'retransmissions that went unanswered'), 8),
  probes_out: small(field('%u', 'number', '$icsk->icsk_probes_out', 'probes that went unanswered'), 8),
  user_timeout: small(field('%u', 'number', '$icsk->icsk_user_timeout', 'TCP_USER_TIMEOUT', 'ms'), 32),
  data_in: small(field('%u', 'number', '$tp->data_segs_in', 'segments with data that came'), 32),
  backlog: small(field('%u', 'number', '$sk->sk_ack_backlog', 'of a listener: connections that wait for accept()'), 32),
  limit: small(field('%u', 'number', '$sk->sk_max_ack_backlog', 'of a listener: how many may wait'), 32),
} satisfies Partial<Record<keyof Socket, Field<'number'>>>

/**
 * When a full socket last sent and heard. Its clocks run from boot without suspended time: one in nanoseconds, refreshed for
 * each segment before that is looked at (tcp_mstamp_refresh), and jiffies, which begin at -300 s (INITIAL_JIFFIES). Two
 * numbers share a field: the printf of a probe has a stack of 512 bytes.
 */
const times = {
  sent_ago: field('%lld', 'number', '$tp->tcp_clock_cache - $tp->tcp_wstamp_ns', 'since it last sent a segment', 'ns'),
  clock: field(
    '%lx',
    'bits',
    '(($tp->tcp_clock_cache / 1000000) << 16) | (uint64)$icsk->icsk_delack_max',
    'the time now in ms; the 16 bits below: a fifth of a second in jiffies (TCP_DELACK_MAX)',
  ),
  heard: field(
    '%lx',
    'bits',
    '((uint64)$icsk->icsk_ack.lrcvtime << 32) | (uint64)$tp->rcv_tstamp',
    'when the last data came; the 32 bits below: the last ACK',
    'jiffies',
  ),
}

/** The window of a mini-socket, where the probe knows where in memory it is. */
const mini = {
  mini_rcv_nxt: small(field('%u', 'number', '$tw->__tw_common.skc_tw_rcv_nxt', 'the sequence number expected'), 32),
  mini_rcv_wnd: small(field('%u', 'number', '$tcptw->tw_rcv_wnd', 'the window that was offered', 'bytes'), 32),
}

/**
 * What is remembered of the flow's earlier segments: of the one by which the connection was made (tcp_finish_connect.bt,
 * tcp_child_process.bt), or of each (flow_ttl.bt).
 */
const flow = {
  made: field(
    '%lx',
    'bits',
    '/*{made}*/',
    'TTL of the segment by which the connection was made; the index of its interface above the lowest 8 bits; 0: not known',
  ),
  flow_ttl: small(field('%llu', 'number', '/*{flow_ttl}*/', 'TTL of the first segment; 0: the flow is not known'), 8),
  flow_other_ttl: small(field('%llu', 'number', '/*{flow_other_ttl}*/', 'another TTL, the last one; 0: none'), 8),
  flow_packets: field('%llu', 'number', '/*{flow_packets}*/', 'how many segments there were'),
  flow_last: field('%llu', 'time', '/*{flow_last}*/', 'when the last one came, since boot', 'ns'),
}

/** The task that ran when the probe fired. */
const task = {
  cgroup: field('%lx', 'hex', 'cgroup', 'the number of its cgroup'),
  pid: small(field('%d', 'number', 'pid', 'its process'), 32),
  task_flags: field('%lx', 'bits', '$task->flags', 'PF_ bits (include/linux/sched.h): 4 is exiting, 200000 the kernel'),
  exit_code: small(field('%d', 'number', '$task->exit_code', 'as in task_struct, while it is exiting'), 32),
  comm: field('%s', 'text', 'comm', 'its name: any bytes, so nothing comes after it'),
}

/** Where the packet entered the host, before NAT and other network namespaces. */
const was = {
  was_at: field('%llu', 'time', '/*{was_at}*/', 'when, since boot; 0: not known, or told already', 'ns'),
  was_fn: field('%llu', 'number', '/*{was_fn}*/', 'by which step, as its place in the catalogue'),
  was_netns: field('%llu', 'number', '/*{was_netns}*/', 'the network namespace'),
  was_d0: field('%lx', 'hex', '/*{was_d0}*/', 'the address that it was sent to, as d0'),
  was_d1: field('%lx', 'hex', '/*{was_d1}*/', 'the address that it was sent to, as d1'),
  was_dport: field('%llu', 'number', '/*{was_dport}*/', 'the port that it was sent to'),
}

/** What only some lines have. */
const other = {
  dev,
  route: small(
    field('%d', 'number', '$sk->sk_dst_cache->dev->ifindex', 'the interface that the socket sends by; 0: not known'),
    32,
  ),
  iif: small(
    field('%d', 'number', '$skb->skb_iif', 'the index of the interface that the segment came in by; 0: not known'),
    32,
  ),
  route_dev: field('%s', 'text', '$sk->sk_dst_cache->dev->name', 'the name of the interface that the socket sends by'),
  since: field('%llu', 'time', '@ended[$slot].0', 'when the connection ended that has its place, since boot', 'ns'),
  own_rst: field(
    '%llu',
    'number',
    '/*{own_rst}*/',
    'since a RST of this host itself, or since boot where there was none; 0: not known',
    'ns',
  ),
  snt_isn: small(
    field('%u', 'number', '$req->snt_isn', 'of a request: the sequence number of the SYN ACK that went out'),
    32,
  ),
  ifindex: small(
    field('%d', 'number', '$skb->dev->ifindex', 'the number of that interface; 0: not known any more'),
    32,
  ),
  bound: small(
    field('%d', 'number', '$sk->__sk_common.skc_bound_dev_if', 'the interface that the socket is bound to; 0: none'),
    32,
  ),
  from: small(field('%d', 'state', 'args->oldstate', 'the state before'), 8),
  to: small(field('%d', 'state', 'args->newstate', 'the state after'), 8),
  sk_err: small(field('%d', 'number', '$sk->sk_err', 'the error that ended it, as errno; 0: none'), 32),
  who: field('%lx', 'hex', '$who', 'the task, or the CPU of an idle one: pairs a call with its return'),
  value: field('%lx', 'hex', 'retval', 'the register that the function returned'),
  reason: field('%lld', 'number', '/*{reason}*/', 'enum sk_rst_reason, of a drop skb_drop_reason; -1: not known'),
  time_wait: small(field('%llu', 'number', '/*{time_wait}*/', 'a time-wait: 2: refused, 1: not so, 0: not known'), 8),
  way: small(field('%llu', 'number', '$way', 'of a drop: 1 to this host, 2 through it, 3 out of it, 0: not known'), 8),
  location: field('%s', 'text', 'ksym(args->location)', 'the function that dropped the packet'),
  stack: field(
    '%s',
    'text',
    'kstack(perf,24)',
    'kernel functions with addresses and offsets, a line each, the innermost first',
  ),
}

/** The rows by what they tell of, in the order of the reference. A print may name a group for all of its rows. */
export const GROUPS = {
  event,
  tuple,
  reply,
  segment,
  socket,
  socketNumbers,
  times,
  mini,
  flow,
  task,
  was,
  other,
} as const

/** Every row by its name. */
export const FIELDS = {
  ...event,
  ...tuple,
  ...reply,
  ...segment,
  ...socket,
  ...socketNumbers,
  ...times,
  ...mini,
  ...flow,
  ...task,
  ...was,
  ...other,
}

/** The names of fields that are read like this. */
export type NameOf<R extends Reader> = {
  [N in keyof typeof FIELDS]: (typeof FIELDS)[N]['reader'] extends R ? N : never
}[keyof typeof FIELDS]

/** What the lines of a kind begin with, and whether they are numbered and keep the clock going. */
export const KINDS: Readonly<Record<string, readonly (keyof typeof GROUPS | keyof typeof FIELDS)[]>> = {
  tick: ['at'],
  reply: ['event'],
  return: ['event'],
  packet: ['event', 'tuple'],
  state: ['event', 'tuple'],
  owner: ['event', 'tuple'],
  nat: ['event', 'tuple'],
  forgot: ['event', 'tuple'],
  call: ['event', 'tuple'],
  reset: ['event', 'tuple'],
}
