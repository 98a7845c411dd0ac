// SPDX-License-Identifier: MIT
// The one table of what a line of a probe says. From it come the printf of a probe (print.ts), the reader of the line
// (src/live/line.ts), the samples of the tests and the reference in probes/README.md. A new field is a row here, its name in
// the print of the probes that know it, and where a rule needs it a field of src/observation.ts.
import type { Socket } from '../observation.ts'
import { field, type Field, type Reader } from './field.ts'

export type { Field }

/** Every line but a tick begins with these. */
const event = {
  fn: field('%s', 'text', '/*{fn}*/', 'the kernel function, or the event in a word of ours'),
  at: field('%llu', 'time', 'nsecs', 'when the probe fired, since boot', 'ns'),
  // No word is shared: the count of lost lines reads both (src/live/numbering.ts).
  cpu: field('%lld', 'number', 'cpu', 'the CPU that it fired on'),
  n: field('%lld', 'number', '@n[cpu] + 1', 'the number of the line on its CPU, from 1 on: a gap is a loss'),
}

/** The connection, as a packet has it that arrives here. Addresses as the machine loads them, in halves. */
const tuple = {
  netns: field('%u', 'number', '$netns', 'the network namespace, as the inode of /proc/PID/ns/net'),
  family: field('%hhu', 'number', '$family', '4 or 6, as the packets are'),
  s0: field('%lx', 'hex', '$s0', "the peer's address: of IPv4 all of it, of IPv6 the first half"),
  s1: field('%lx', 'hex', '$s1', "the peer's address: of IPv6 the second half"),
  sport: field('%hu', 'number', '$sport', "the peer's port"),
  d0: field('%lx', 'hex', '$d0', 'the address here: of IPv4 all of it, of IPv6 the first half'),
  d1: field('%lx', 'hex', '$d1', 'the address here: of IPv6 the second half'),
  dport: field('%hu', 'number', '$dport', 'the port here'),
}

/** The segment that arrived. */
const segment = {
  skb: field('%lx', 'hex', '$skbaddr', 'the packet in memory; 0: there is none'),
  flags: field('%hhu', 'number', '$flags', 'the flags of the TCP header, as bits'),
  seq: field('%u', 'number', 'bswap($th->seq)', 'the sequence number'),
  ack: field('%u', 'number', 'bswap($th->ack_seq)', 'the acknowledgement number'),
  window: field('%hu', 'number', 'bswap($th->window)', 'the window, not scaled'),
  length: field('%lld', 'number', '$length', 'the payload', 'bytes'),
  ttl: field('%hhu', 'number', '$ttl', 'TTL, or the hop limit'),
  ip_id: field('%hu', 'number', '$ip_id', 'the identification of IPv4; 0 for IPv6'),
}

const dev = field('%s', 'text', '$skb->dev->name', 'the interface that it came in by; empty: not known any more')

/** The tuple of the answers to a connection that NAT has changed, as they come where it is translated. */
const reply = {
  r0: field('%lx', 'hex', '$r0', 'the address that they come from, as s0'),
  r1: field('%lx', 'hex', '$r1', 'the same, as s1'),
  rport: field('%hu', 'number', '$rport', 'the port that they come from'),
  t0: field('%lx', 'hex', '$t0', 'the address that they are sent to, as d0'),
  t1: field('%lx', 'hex', '$t1', 'the same, as d1'),
  tport: field('%hu', 'number', '$tport', 'the port that they are sent to'),
}

/** A socket of any sort. */
const socket = {
  sk: field('%lx', 'hex', '$skaddr', 'the socket in memory; 0: there is none'),
  state: field('%hhu', 'state', '$sk->__sk_common.skc_state', 'its state (include/net/tcp_states.h)'),
  substate: field('%hhu', 'state', '$tw->tw_substate', 'of a time-wait: the state that it stands for'),
  cookie: field('%lx', 'hex', '$sk->__sk_common.skc_cookie.counter', 'its cookie (sock_diag); 0: it has none yet'),
  sk_flags: field('%lx', 'bits', '$sk->__sk_common.skc_flags', 'bits of enum sock_flags: dead is 0, linger 4'),
  request: field('%hhu', 'number', '$request', '1: the segment came for a request socket of this listener'),
  tw_rcv_nxt: field('%u', 'number', '$tw->__tw_common.skc_tw_rcv_nxt', 'of a time-wait: the sequence number expected'),
}

/** Numbers of a full socket, which an Observation has by the same names. */
export const socketNumbers = {
  snd_una: field('%u', 'number', '$tp->snd_una', 'the oldest sequence number sent and not acknowledged'),
  snd_nxt: field('%u', 'number', '$tp->snd_nxt', 'the next sequence number to be sent'),
  rcv_nxt: field('%u', 'number', '$tp->rcv_nxt', 'the sequence number expected'),
  copied_seq: field('%u', 'number', '$tp->copied_seq', 'how far the application has read'),
  rcv_wnd: field('%u', 'number', '$tp->rcv_wnd', 'the window that was offered', 'bytes'),
  rcv_wup: field('%u', 'number', '$tp->rcv_wup', 'rcv_nxt when the window was offered: it begins there'),
  min_ttl: field('%hhu', 'number', '$min_ttl', 'IP_MINTTL, or IPV6_MINHOPCOUNT'),
  shutdown: field('%hhu', 'number', '$sk->sk_shutdown', 'which directions are shut: 1 receiving, 2 sending'),
  lingertime: field('%lu', 'number', '$sk->sk_lingertime', 'SO_LINGER', 'jiffies'),
  linger2: field('%d', 'number', '$tp->linger2', 'TCP_LINGER2; negative: no FIN_WAIT2', 'jiffies'),
  retransmits: field('%hhu', 'number', '$icsk->icsk_retransmits', 'retransmissions that went unanswered'),
  probes_out: field('%hhu', 'number', '$icsk->icsk_probes_out', 'probes that went unanswered'),
  user_timeout: field('%u', 'number', '$icsk->icsk_user_timeout', 'TCP_USER_TIMEOUT', 'ms'),
  data_in: field('%u', 'number', '$tp->data_segs_in', 'segments with data that came'),
  backlog: field('%u', 'number', '$sk->sk_ack_backlog', 'of a listener: connections that wait for accept()'),
  limit: field('%u', 'number', '$sk->sk_max_ack_backlog', 'of a listener: how many may wait'),
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
  mini_rcv_nxt: field('%u', 'number', '$tw->__tw_common.skc_tw_rcv_nxt', 'the sequence number expected'),
  mini_rcv_wnd: field('%u', 'number', '$tcptw->tw_rcv_wnd', 'the window that was offered', 'bytes'),
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
  flow_ttl: field('%hhu', 'number', '/*{flow_ttl}*/', 'TTL of the first segment; 0: the flow is not known'),
  flow_other_ttl: field('%hhu', 'number', '/*{flow_other_ttl}*/', 'another TTL, the last one; 0: none'),
  flow_packets: field('%llu', 'number', '/*{flow_packets}*/', 'how many segments there were'),
  flow_last: field('%llu', 'time', '/*{flow_last}*/', 'when the last one came, since boot', 'ns'),
}

/** The task that ran when the probe fired. */
const task = {
  cgroup: field('%lx', 'hex', 'cgroup', 'the number of its cgroup'),
  pid: field('%d', 'number', 'pid', 'its process'),
  task_flags: field('%lx', 'bits', '$task->flags', 'PF_ bits (include/linux/sched.h): 4 is exiting, 200000 the kernel'),
  exit_code: field('%d', 'number', '$task->exit_code', 'as in task_struct, while it is exiting'),
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
  route: field(
    '%d',
    'number',
    '$sk->sk_dst_cache->dev->ifindex',
    'the interface that the socket sends by; 0: not known',
  ),
  iif: field('%d', 'number', '$skb->skb_iif', 'the index of the interface that the segment came in by; 0: not known'),
  route_dev: field('%s', 'text', '$sk->sk_dst_cache->dev->name', 'the name of the interface that the socket sends by'),
  since: field('%llu', 'time', '@ended[$slot].0', 'when the connection ended that has its place, since boot', 'ns'),
  own_rst: field(
    '%llu',
    'number',
    '/*{own_rst}*/',
    'since a RST of this host itself, or since boot where there was none; 0: not known',
    'ns',
  ),
  snt_isn: field('%u', 'number', '$req->snt_isn', 'of a request: the sequence number of the SYN ACK that went out'),
  ifindex: field('%d', 'number', '$skb->dev->ifindex', 'the number of that interface; 0: not known any more'),
  bound: field('%d', 'number', '$sk->__sk_common.skc_bound_dev_if', 'the interface it is bound to; 0: none'),
  from: field('%hhu', 'state', 'args->oldstate', 'the state before'),
  to: field('%hhu', 'state', 'args->newstate', 'the state after'),
  sk_err: field('%d', 'number', '$sk->sk_err', 'the error that ended it, as errno; 0: none'),
  who: field('%lx', 'hex', '$who', 'the task, or the CPU of an idle one: pairs a call with its return'),
  value: field('%lx', 'hex', 'retval', 'the register that the function returned'),
  reason: field('%lld', 'number', '/*{reason}*/', 'enum sk_rst_reason, of a drop skb_drop_reason; -1: not known'),
  way: field('%hhu', 'number', '$way', 'of a drop: 1 on the way to this host, 2 through it, 3 out of it; 0: not known'),
  time_wait: field('%hhu', 'number', '/*{time_wait}*/', 'a time-wait: 2: refused, 1: not so, 0: not known'),
  location: field('%s', 'text', 'ksym(args->location)', 'the function that dropped the packet'),
  caller: field('%lx', 'hex', '/*{caller}*/', 'on arm64, where the stack lacks it: the address it returns to'),
  caller_name: field('%s', 'text', 'ksym(/*{caller}*/)', 'the function there'),
  // May be empty on 0.17, rarely: see probes/README.md.
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
