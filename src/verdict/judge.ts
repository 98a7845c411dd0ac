// SPDX-License-Identifier: MIT
import type { Case } from '../flow/case.ts'
import { lingerZero, processDied, unreadDataOnClose } from './aborted.ts'
import { dataAfterClose, noListener, noSocket } from './answered.ts'
import { hashText } from './hash.ts'
import { connectionRefused, peerAborted, peerHasNoSocket, writeAfterPeerClose } from './received.ts'
import type { Rule } from './rule.ts'
import { missing } from './unknown.ts'
import { verdictOf, type Verdict } from './verdict.ts'

/** The table. The first rule that explains a case names its cause; none does: `unknown`. */
export const RULES: readonly Rule[] = [
  noListener,
  noSocket,
  dataAfterClose,
  processDied,
  unreadDataOnClose,
  lingerZero,
  connectionRefused,
  writeAfterPeerClose,
  peerHasNoSocket,
  peerAborted,
]

/** Who reset the connection, and why. What the evidence lacks lowers the confidence; it never makes up a cause. */
export const judge = (reset: Case): Verdict => {
  for (const { cause, explain } of RULES) {
    const evidence = explain(reset)
    if (evidence === undefined) continue
    const confidence = reset.gaps.length > 0 ? 'likely' : evidence.confidence
    return verdictOf(reset, cause, confidence, [
      ...evidence.because,
      ...reasonText(reset),
      ...hashText(reset),
      ...reset.gaps,
    ])
  }
  return verdictOf(reset, 'unknown', 'unknown', [
    ...missing(reset),
    ...reasonText(reset),
    ...hashText(reset),
    ...reset.gaps,
  ])
}

const reasonText = ({ reset: { reason } }: Case) => (reason === null ? [] : [`the kernel's own reason: ${reason}`])
