// SPDX-License-Identifier: MIT
import type { Case } from '../flow/case.ts'
import { missing, unknownCause } from './causes/unknown.ts'
import { hashText } from './hash.ts'
import { reasonText } from './reasons.ts'
import type { Confidence } from './rule.ts'
import { RULES, type CauseId } from './table.ts'
import { verdictOf, type Verdict } from './verdict.ts'

/** Who reset the connection, and why. What the evidence lacks lowers the confidence; it never makes up a cause. */
export const judge = (reset: Case): Verdict => {
  const { cause, confidence, because } = judgeAlone(reset)
  const owed = owedToHash(reset, cause, confidence)
  return verdictOf(reset, cause, confidence, [...because, ...hashText(reset), ...owed, ...reset.gaps])
}

type Judgement = { cause: CauseId; confidence: Confidence; because: string[] }

/** The judgement without the sentences on the TCP hash and on gaps. */
const judgeAlone = (reset: Case): Judgement => {
  // A RST that may be of a REJECT on this host tells nothing of the peer: every rule would take it for the peer's.
  if (reset.rejectUnseen) return unexplained(reset)
  return explained(reset) ?? unexplained(reset)
}

const explained = (reset: Case): Judgement | undefined => {
  for (const { cause, explain } of RULES) {
    const evidence = explain(reset)
    if (evidence === undefined) continue
    const reasons = reasonText(reset, cause)
    const confidence = reset.gaps.length > 0 || reasons.against ? 'likely' : evidence.confidence
    return { cause: cause.id, confidence, because: [...evidence.because, ...reasons.because] }
  }
  return undefined
}

const unexplained = (reset: Case): Judgement => {
  const because = [...missing(reset), ...reasonText(reset, unknownCause).because]
  return { cause: unknownCause.id, confidence: 'unknown', because }
}

// The same case judged without the answers of the TCP hash shows what they were good for.
const owedToHash = (reset: Case, cause: CauseId, confidence: Confidence): string[] => {
  const bare = judgeAlone({ ...reset, before: null, after: null })
  if (bare.cause !== cause)
    return [
      `without the TCP hash ${bare.cause === 'unknown' ? 'the cause would be unknown' : `it would look like ${bare.cause}`}`,
    ]
  return bare.confidence === confidence ? [] : [`without the TCP hash this would be no more than ${bare.confidence}`]
}
