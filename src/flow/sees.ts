// SPDX-License-Identifier: MIT
// What a trace can see depends on the probes that its kernel has. It is derived here, once, from the first line.
import type { Kind } from '../observation.ts'
import { EARLY } from './case.ts'

/** What the probes of a trace tell of, beyond the resets themselves. */
export type Sees = {
  /** Dropped packets: without them nothing can be said of a RST that no socket obeyed, and it opens no case. */
  drops: boolean
  /** Packets before it is known whether they are for this host. */
  early: boolean
  /** netfilter's REJECT. */
  rejects: boolean
  /** By family: that a RST which the kernel replies with is handed to IP. Without that there is only the attempt. */
  replies: Readonly<Record<4 | 6, boolean>>
}

/** Before the first line. An attempt to reply is not believed without a reason. */
export const SEES_NOTHING: Sees = { drops: false, early: false, rejects: false, replies: { 4: true, 6: true } }

/** The kernel function that tells of a REJECT (probes/nf_send_reset.bt). */
const REJECT = 'nf_ct_attach'

/** By family the function that hands a reply to IP (probes/reply4.bt, reply6.bt); the tracepoint tells of both. */
const REPLIES = { 4: 'ip_send_unicast_reply', 6: 'tcp_v6_send_response', both: 'tcp_send_reset' } as const

/** What the trace that begins with this line sees. */
export const seesOf = ({ probes }: Kind<'start'>): Sees => seesBy(probes)

/** What a trace with these probes sees. */
export const seesBy = (probes: readonly string[]): Sees => ({
  drops: probes.includes('kfree_skb'),
  early: probes.includes(EARLY),
  rejects: probes.includes(REJECT),
  replies: {
    4: probes.includes(REPLIES[4]) || probes.includes(REPLIES.both),
    6: probes.includes(REPLIES[6]) || probes.includes(REPLIES.both),
  },
})
