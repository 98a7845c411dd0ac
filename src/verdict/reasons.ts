// SPDX-License-Identifier: MIT
// What the kernel itself says, where it says anything: a reason for each RST that it sends (enum sk_rst_reason, 6.12
// and later) and for each packet that it drops (enum skb_drop_reason, 6.1 and later). Several causes share a reason, so
// no reason names a cause; one that does not go with the cause is a contradiction, and lowers the confidence.
import type { Case } from '../flow/case.ts'
import type { Cause } from './cause.ts'

/** The kernel's own reasons for what happened, in sentences, and whether one of them goes against the cause. */
export const reasonText = (
  { reset, drop }: Case,
  { rstReasons, dropReasons }: Cause,
): { because: string[]; against: boolean } => {
  const sent = compared("the kernel's own reason", reset.reason, rstReasons)
  // Where the kernel gave a reason for dropping it, the rule has quoted it.
  const dropped = compared("the kernel's reason for dropping it", drop?.reason ?? null, dropReasons)
  return {
    because: [...(reset.reason === null ? [] : [sent.text]), ...(dropped.against ? [dropped.text] : [])],
    against: sent.against || dropped.against,
  }
}

const compared = (what: string, reason: string | null, expected: readonly string[] | undefined) => {
  const against = reason !== null && reason !== 'NOT_SPECIFIED' && expected !== undefined && !expected.includes(reason)
  const doubt = against ? `; ${expected.join(' or ')} goes with this cause: one of the two is wrong` : ''
  return { text: `${what}: ${reason}${doubt}`, against }
}
