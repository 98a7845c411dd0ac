// SPDX-License-Identifier: MIT
import type { Case } from '../flow/case.ts'
import { disconnect, linger2OnClose, lingerZero, listenerClosed, processDied, unreadDataOnClose } from './aborted.ts'
import { dataAfterClose, linger2OnAck, noListener, noSocket } from './answered.ts'
import type { CauseId } from './causes.ts'
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
import type { Confidence, Rule } from './rule.ts'
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
  const { cause, confidence, because } = find(reset)
  const owed = owedToHash(reset, cause, confidence)
  return verdictOf(reset, cause, confidence, [...because, ...hashText(reset), ...owed, ...reset.gaps])
}

type Found = { cause: CauseId; confidence: Confidence; because: string[] }

const find = (reset: Case): Found => {
  for (const { cause, explain } of reset.rejectUnseen ? [] : RULES) {
    const evidence = explain(reset)
    if (evidence === undefined) continue
    const reasons = reasonText(reset, cause)
    const confidence = reset.gaps.length > 0 || reasons.against ? 'likely' : evidence.confidence
    return { cause, confidence, because: [...evidence.because, ...reasons.because] }
  }
  const because = [...missing(reset), ...reasonText(reset, 'unknown').because]
  return { cause: 'unknown', confidence: 'unknown', because }
}

// The same case judged without the answers of the TCP hash tells what they were good for.
const owedToHash = (reset: Case, cause: CauseId, confidence: Confidence): string[] => {
  const bare = find({ ...reset, before: null, after: null })
  if (bare.cause !== cause)
    return [
      `without the TCP hash ${bare.cause === 'unknown' ? 'the cause would be unknown' : `it would look like ${bare.cause}`}`,
    ]
  return bare.confidence === confidence ? [] : [`without the TCP hash this would be no more than ${bare.confidence}`]
}
