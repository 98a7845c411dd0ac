// SPDX-License-Identifier: MIT
import type { Btf } from '../host/btf.ts'
import type { Holes } from './fill.ts'

/** A file of probes/ that a trace is made of. */
export type Part = {
  file: string
  /** The kernel functions that its one body serves: attached to those that are there, left out without any. */
  functions: readonly string[]
  /** It is attached to a timer, which every kernel has. */
  timer?: true
  /** The tracepoint that it is for, as category and name, instead of functions. */
  tracepoint?: readonly [category: string, name: string]
  /** What the holes of the file are on that tracepoint, where they are something else on functions. */
  holes?: Holes
  /** Files without which it says nothing. */
  needs?: readonly string[]
  /** It takes no argument of its functions that matters, so that a copy of one that the compiler made will do. */
  copies?: true
  /** The module that has its functions, which BTF does not know. */
  module?: string
  /** Runs for each packet: only with `--ttl`. */
  perPacket?: true
}

/** A RST that the kernel drops, which tells that it was not obeyed, and why where the kernel has reasons. */
const DROPPED_RST: Part = {
  file: 'kfree_skb.bt',
  functions: [],
  tracepoint: ['skb', 'kfree_skb'],
  holes: { wanted: '($flags & 4) != 0' },
}

/** Attached on its own, so that it can be left out on its own. */
const FLOW_END: Part = {
  file: 'flow_end.bt',
  functions: [],
  tracepoint: ['sock', 'inet_sock_set_state'],
  perPacket: true,
  needs: ['flow_ttl.bt'],
}

const FLOWS_AFRESH: Part = {
  file: 'flows_afresh.bt',
  functions: [],
  timer: true,
  perPacket: true,
  needs: ['flow_ttl.bt'],
}

const STATES: Part = { file: 'inet_sock_set_state.bt', functions: [], tracepoint: ['sock', 'inet_sock_set_state'] }

/** A RST that the kernel answers with is handed to IP, by family. */
const REPLY4: Part = {
  file: 'reply4.bt',
  functions: ['ip_send_unicast_reply'],
  needs: ['tcp_send_reset.bt'],
  copies: true,
}
const REPLY6: Part = { ...REPLY4, file: 'reply6.bt', functions: ['tcp_v6_send_response'] }

/** Where the kernel sets about to answer with a RST. */
const ATTEMPTS = [
  ['tcp_v4_send_reset', REPLY4],
  ['tcp_v6_send_reset', REPLY6],
] as const

/** Both by the tracepoint that tells of every answer from 6.10 on, as enum sk_rst_reason shows (include/net/rstreason.h). */
export const REPLY: Part = {
  file: 'reply.bt',
  functions: [],
  tracepoint: ['tcp', 'tcp_send_reset'],
  needs: ['tcp_send_reset.bt'],
}

/** The two that reply to a segment, and where what they ask for is kept. */
const SEND_RESET = ['tcp_v4_send_reset', 'tcp_v6_send_reset'] as const
const KEPT = ['inet_sock_set_state.bt'] as const
/**
 * What a filter of addresses or ports needs to select a connection by the tuple that NAT gave it. Conntrack may be loaded after
 * the trace has begun, and is not asked then.
 */
export const NAT: readonly Part[] = [
  { file: 'nat.bt', functions: ['__nf_conntrack_confirm'], module: 'nf_conntrack' },
  { file: 'nat_end.bt', functions: ['nf_conntrack_free'], module: 'nf_conntrack', needs: ['nat.bt'] },
  { file: 'nat_known.bt', functions: ['read_null'], needs: ['nat.bt'] },
]

/** The parts of every trace, outermost first. The files say what each tells. */
export const PARTS: readonly Part[] = [
  // Each before those that print what it keeps: bpftrace knows the type of a map by then.
  { file: 'inet_twsk_alloc.bt', functions: ['inet_twsk_alloc'] },
  STATES,
  { file: 'accept.bt', functions: ['security_sock_graft'], needs: ['inet_sock_set_state.bt'] },
  { file: 'tcp_finish_connect.bt', functions: ['tcp_finish_connect'], needs: ['inet_sock_set_state.bt'] },
  { file: 'tcp_child_process.bt', functions: ['tcp_child_process'], needs: ['inet_sock_set_state.bt'] },
  { file: 'tcp_rcv.bt', functions: ['tcp_v4_rcv', 'tcp_v6_rcv'] },
  { file: 'own.bt', functions: ['tcp_reset', 'tcp_send_active_reset', ...SEND_RESET], needs: KEPT },
  { file: 'own_dropped.bt', functions: [], tracepoint: ['skb', 'kfree_skb'], needs: KEPT },
  { file: 'own_arrived.bt', functions: ['tcp_v4_rcv', 'tcp_v6_rcv'], needs: KEPT },
  { file: 'ended_of_skb.bt', functions: SEND_RESET, needs: KEPT },
  { file: 'ended_of_sock.bt', functions: ['tcp_send_active_reset'], needs: KEPT },
  { file: 'flow_ttl.bt', functions: ['tcp_v4_rcv', 'tcp_v6_rcv'], perPacket: true },
  FLOWS_AFRESH,
  FLOW_END,
  { file: 'tcp_send_reset.bt', functions: SEND_RESET },
  { file: 'tcp_send_reset_end.bt', functions: SEND_RESET, needs: ['tcp_send_reset.bt'] },
  REPLY4,
  REPLY6,
  { file: 'tcp_send_active_reset.bt', functions: ['tcp_send_active_reset'] },
  { file: 'tcp_reset.bt', functions: ['tcp_reset'] },
  { file: 'tcp_check_req.bt', functions: ['tcp_check_req'] },
  { file: 'inet_csk_reqsk_queue_drop_and_put.bt', functions: ['inet_csk_reqsk_queue_drop_and_put'] },
  { file: 'tcp_timewait_state_process.bt', functions: ['tcp_timewait_state_process'] },
  { file: 'nf_send_reset.bt', functions: ['nf_ct_attach'] },
  DROPPED_RST,
]

/**
 * The holes of tcp_rcv.bt where a packet has not come to the IP layer yet. It may be no segment at all, its data are all
 * there is to its IP header (net/core/dev.c, __netif_receive_skb_core), and its ports are read behind that. Its socket is
 * the sender's still (net/ipv4/ip_input.c, ip_rcv_core).
 */
const EARLY: Holes = {
  skb: 'args->skbaddr',
  may_be_rst: '1',
  first_ports: '',
  match_first: '1',
  l3: '(uint64)$skb->data - $head',
  match_segment: '($family == 4 || $family == 6) && $protocol == 6 && /*{match_ports}*/',
  found: '0',
}

const SENT = ['tcp', 'tcp_send_reset'] as const
const RECEIVED = ['tcp', 'tcp_receive_reset'] as const

/**
 * The same by tracepoints alone, for a kernel built without kprobes. tcp_send_reset has no segment when this host aborts
 * of its own accord; up to 6.1 it fires for full sockets only (net/ipv4/tcp_ipv4.c, tcp_v4_send_reset). Nobody tells
 * who accepts.
 */
export const TRACEPOINT_PARTS: readonly Part[] = [
  STATES,
  { file: 'tcp_rcv.bt', functions: [], tracepoint: ['net', 'netif_receive_skb'], holes: EARLY },
  { file: 'flow_ttl.bt', functions: [], tracepoint: ['net', 'netif_receive_skb'], holes: EARLY, perPacket: true },
  FLOWS_AFRESH,
  FLOW_END,
  { file: 'own.bt', functions: [], tracepoint: SENT, holes: { sk: 'args->skaddr' }, needs: KEPT },
  { file: 'own.bt', functions: [], tracepoint: RECEIVED, holes: { sk: 'args->skaddr' }, needs: KEPT },
  {
    file: 'ended_of_skb.bt',
    functions: [],
    tracepoint: SENT,
    holes: { sk: 'args->skaddr', skb: 'args->skbaddr', when: '(uint64)args->skbaddr != 0' },
    needs: KEPT,
  },
  {
    file: 'ended_of_sock.bt',
    functions: [],
    tracepoint: SENT,
    holes: { sk: 'args->skaddr', when: '(uint64)args->skbaddr == 0' },
    needs: KEPT,
  },
  {
    file: 'tcp_send_reset.bt',
    functions: [],
    tracepoint: SENT,
    holes: { sk: 'args->skaddr', skb: 'args->skbaddr', when: '$skbaddr != 0', sent: '/*{sent_at_once}*/' },
  },
  {
    file: 'tcp_send_active_reset.bt',
    functions: [],
    tracepoint: SENT,
    holes: { sk: 'args->skaddr', when: '(uint64)args->skbaddr == 0' },
  },
  {
    file: 'tcp_reset.bt',
    functions: [],
    tracepoint: RECEIVED,
    holes: { sk: 'args->skaddr', skb: '0' },
  },
  // Each RST that comes in is told already, where packets enter the host.
  { ...DROPPED_RST, holes: { ...DROPPED_RST.holes, dropped: '', dropped_sk: '0' } },
]

/** The parts that a kernel can be traced with; `copies` are functions that the compiler copied under other names. */
export const partsFor = (btf: Btf, copies: readonly string[]): readonly Part[] => {
  if (!hasKprobes(btf)) return TRACEPOINT_PARTS
  const lacks = ATTEMPTS.some(([name, part]) => name in btf.functions && presentIn(btf, copies, part) === undefined)
  const parts = PARTS.filter(({ file }) => !needless(btf).includes(file))
  const instead = 'sk_rst_reason' in btf.enums && presentIn(btf, copies, REPLY) !== undefined
  return lacks && instead ? parts.flatMap((part) => (part === REPLY4 ? REPLY : part === REPLY6 ? [] : part)) : parts
}

// What a drop tells, of which socket or that there is one, no probe has to tell where the RST arrives.
const needless = (btf: Btf): readonly string[] => {
  if (hasDroppedSocket(btf)) return ['tcp_rcv.bt', 'own_arrived.bt']
  return 'skb_drop_reason' in btf.enums ? ['own_arrived.bt'] : []
}

export const hasKprobes = (btf: Btf): boolean => 'register_kprobe' in btf.functions

/** What a part is attached to, in words: functions, or a tracepoint. */
export const namesOf = ({ functions, tracepoint }: Part): readonly string[] =>
  tracepoint === undefined ? functions : [tracepoint[1]]

/** What the kernel has of a part: the names to attach to, or undefined when there is nothing to attach to. */
export const presentIn = (btf: Btf, copies: readonly string[], part: Part): readonly string[] | undefined => {
  if (part.timer === true) return []
  const here = namesOf(part).filter((name) =>
    part.tracepoint === undefined
      ? name in btf.functions ||
        part.module !== undefined ||
        (part.copies === true && copyOf(name, copies) !== undefined)
      : btf.typedefs.includes(`btf_trace_${name}`),
  )
  return here.length > 0 ? here : undefined
}

/** The copy of a function that the compiler made: `x.constprop.0`, `x.isra.1`. */
export const copyOf = (name: string, copies: readonly string[]): string | undefined =>
  copies.find((copy) => copy.startsWith(`${name}.`))

/**
 * What the tracepoint of drops tells: from 5.17 on why, and from 6.11 on of which socket (net/core/skbuff.c,
 * sk_skb_reason_drop).
 */
export const dropHoles = (btf: Btf): Holes => ({
  reason: 'skb_drop_reason' in btf.enums ? 'args->reason' : '-1',
  ...(hasDroppedSocket(btf)
    ? { dropped: '/*{dropped_rst}*/', dropped_sk: droppedSocket(btf), dropped_by_tcp: isOneOf(btf, BY_TCP) }
    : {}),
})

const hasDroppedSocket = (btf: Btf): boolean => 'sk_skb_reason_drop' in btf.functions

// With a wrong checksum no socket was looked up, and the IP layer's is still there (net/ipv4/tcp_ipv4.c, tcp_v4_rcv).
const droppedSocket = (btf: Btf) =>
  `(${isOneOf(btf, ['SKB_DROP_REASON_TCP_CSUM'])} ? (uint64)$skb->sk : (uint64)args->rx_sk)`

/** Why TCP drops what it has found no socket for (net/ipv4/tcp_ipv4.c, tcp_v4_rcv). */
const BY_TCP = ['SKB_DROP_REASON_NO_SOCKET', 'SKB_DROP_REASON_TCP_CSUM']

const isOneOf = ({ enums }: Btf, names: readonly string[]) => {
  const reasons = Object.entries(enums['skb_drop_reason'] ?? {}).filter(([, name]) => names.includes(name))
  return `(${reasons.map(([number]) => `args->reason == ${number}`).join(' || ')})`
}
