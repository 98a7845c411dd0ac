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
}

/** Before the first line. */
export const SEES_NOTHING: Sees = { drops: false, early: false, rejects: false }

/** The kernel function that tells of a REJECT (probes/nf_send_reset.bt). */
const REJECT = 'nf_ct_attach'

/** What the trace that begins with this line sees. */
export const seesOf = ({ probes }: Kind<'start'>): Sees => ({
  drops: probes.includes('kfree_skb'),
  early: probes.includes(EARLY),
  rejects: probes.includes(REJECT),
})
