// SPDX-License-Identifier: MIT
// What is known of one reset, and the kinds of events that open a case.
import type { ContainerNames, Kind, Task } from '../observation.ts'
import type { Time } from '../time.ts'
import type { Role } from './flows.ts'
import type { Past } from './past.ts'
import type { Translation } from './translations.ts'

/** Everything that was observed about one reset: what the rules judge. */
export type Case = {
  /** A RST that came in was obeyed, or ignored, as the rules find. */
  outcome: 'sent' | 'received'
  /** For a RST whose arrival is all that was seen of it: that packet. */
  reset: Kind<'reset'>
  /** The interface that its segments come in by, where one was seen. */
  dev: string | null
  /** The interface that its segments without RST come in by, where one was seen. */
  flowDev: string | null
  /** The state until the reset, or null where no socket had one. */
  stateBefore: string | null
  /** Who owns the socket and how that is known; null when nothing told. */
  owner: ({ how: 'closer' | 'socket'; pid: number; comm: string; cgroup: string | null } & ContainerNames) | null
  closer: Task | null
  /** Which end of the connection this host is; null where its beginning was not seen. */
  role: Role | null
  /** tcp_reset for the same segment though it had no RST: data came after close. */
  withoutRst: Kind<'reset'> | null
  /** When the RST was handed to IP, or came back to this host's own socket; null where that is not seen. */
  replied: Time | null
  /** The kernel's dropping of a RST that came in. */
  drop: Kind<'call'> | null
  /** The kernel's dropping of the RST that this host sends, on its way out. */
  unsent: Kind<'call'> | null
  /** Other RSTs of the flow that came in around it, with other sequence numbers. */
  others: Kind<'packet'>[]
  /** Whether a RST that came in may be of REJECT on this host, which this trace does not see, or has lost. */
  rejectUnseen: boolean
  /** What the TCP hash held right after the reset, and what it held when the flow was first seen. */
  after: Kind<'lookup'> | null
  before: Kind<'lookup'> | null
  /** The look-up's result when the socket that it found was created after the reset; `after` is null then. */
  late: Kind<'lookup'> | null
  /** The last change of a socket for the connection that is bound to an interface, maybe another than its segments come by. */
  boundTo: Kind<'state'> | null
  /** Its other tuples, where NAT is known to change it, hop by hop. */
  nat: readonly Translation[]
  /** What this host had done with the connection before. */
  past: Past
  /** Since when the trace sees; null where its first line is missing. */
  traced: Time | null
  /** What makes the evidence incomplete, in words. */
  gaps: string[]
  /** Whether anything was lost in this trace before: that nothing was seen of a connection then says less. */
  lossBefore: boolean
}

/** Whether the kernel replies to a segment with a RST, by tcp_v4_send_reset or its twin for IPv6. */
export const isReply = ({ fn }: Kind<'reset'>): boolean => fn === 'tcp_v4_send_reset' || fn === 'tcp_v6_send_reset'

/** Whether the arrival of a RST is all that was seen of it: no full socket obeyed it. */
export const isRstArrival = ({ fn }: Kind<'reset'>): boolean =>
  ['tcp_v4_rcv', 'tcp_v6_rcv', EARLY, NETFILTER].includes(fn)

/** Where a packet is seen before it is known to be for this host, on a kernel without kprobes. */
export const EARLY = 'netif_receive_skb'

/** Where netfilter drops a packet (net/netfilter/core.c): for a RST that TCP never saw. */
export const NETFILTER = 'nf_hook_slow'

/** Whether netfilter dropped it: by the kernel's reason, or where kernels have none, before 5.17, by the place. */
export const isByNetfilter = ({ reason, location }: Kind<'call'>): boolean =>
  reason === 'NETFILTER_DROP' || (reason === null && location === NETFILTER)

/** Older names of isReply and isRstArrival, for src/verdict and src/summary. */
export { isReply as isAnswer, isRstArrival as isArrival }
