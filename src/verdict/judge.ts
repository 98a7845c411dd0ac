// SPDX-License-Identifier: MIT
import type { Case } from '../flow/case.ts'
import { disconnect, linger2OnClose, lingerZero, listenerClosed, processDied, unreadDataOnClose } from './aborted.ts'
import { dataAfterClose, linger2OnAck, noListener, noSocket } from './answered.ts'
import { finWait2Timeout, keepaliveTimeout, mptcpAbort, outOfMemory, socketKilled } from './expired.ts'
import { hashText } from './hash.ts'
import {
  ignoredChallengeAck,
  ignoredInvalid,
  ignoredListener,
  ignoredNoSocket,
  ignoredOutOfWindow,
  ignoredSynSent,
} from './ignored.ts'
import { handshakeAbandoned, ignoredTimeWait, timeWaitAssassinated } from './mini.ts'
import { connectionRefused, forged, idleExpiry, peerAborted, peerHasNoSocket, writeAfterPeerClose } from './received.ts'
import {
  acceptQueueOverflow,
  badAckInHandshake,
  badAckToListener,
  badSynAck,
  firewallReject,
  invalidSyn,
  mptcpRefusal,
  timeWait,
} from './refused.ts'
import { reasonText } from './reasons.ts'
import type { Rule } from './rule.ts'
import { missing } from './unknown.ts'
import { verdictOf, type Verdict } from './verdict.ts'

/** The table. The first rule that explains a case names its cause; none does: `unknown`. */
export const RULES: readonly Rule[] = [
  // Sent in answer to a segment. What is without a socket first; data for a closed connection before its time-wait.
  firewallReject,
  mptcpRefusal,
  noListener,
  noSocket,
  linger2OnAck,
  dataAfterClose,
  timeWait,
  invalidSyn,
  acceptQueueOverflow,
  badAckInHandshake,
  badAckToListener,
  badSynAck,
  // Sent of its own accord.
  socketKilled,
  keepaliveTimeout,
  finWait2Timeout,
  mptcpAbort,
  listenerClosed,
  processDied,
  unreadDataOnClose,
  lingerZero,
  disconnect,
  linger2OnClose,
  outOfMemory,
  // Received and obeyed. A RST that may be another's says nothing of the peer, so `forged` comes before what does.
  connectionRefused,
  handshakeAbandoned,
  timeWaitAssassinated,
  forged,
  writeAfterPeerClose,
  idleExpiry,
  peerHasNoSocket,
  peerAborted,
  // Received and ignored. What was dropped before its number was looked at first.
  ignoredInvalid,
  ignoredTimeWait,
  ignoredSynSent,
  ignoredListener,
  ignoredNoSocket,
  ignoredOutOfWindow,
  ignoredChallengeAck,
]

/** Who reset the connection, and why. What the evidence lacks lowers the confidence; it never makes up a cause. */
export const judge = (reset: Case): Verdict => {
  for (const { cause, explain } of RULES) {
    const evidence = explain(reset)
    if (evidence === undefined) continue
    const reasons = reasonText(reset, cause)
    const confidence = reset.gaps.length > 0 || reasons.against ? 'likely' : evidence.confidence
    return verdictOf(reset, cause, confidence, [
      ...evidence.because,
      ...reasons.because,
      ...hashText(reset),
      ...reset.gaps,
    ])
  }
  return verdictOf(reset, 'unknown', 'unknown', [
    ...missing(reset),
    ...reasonText(reset, 'unknown').because,
    ...hashText(reset),
    ...reset.gaps,
  ])
}
