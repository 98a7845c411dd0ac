// SPDX-License-Identifier: MIT
import type { Case } from '../flow/case.ts'
import { happened } from '../flow/decided.ts'
import { ownerOf } from '../flow/owner.ts'
import { nanosecondsBetween, spanText } from '../time.ts'
import { missing, unknownCause } from './causes/unknown.ts'
import { hashText } from './hash.ts'
import { unsentText } from './ignored.ts'
import { reasonText } from './reasons.ts'
import type { Confidence } from './rule.ts'
import { agoText, strayOf, strayText } from './stray.ts'
import { RULES, type CauseId } from './table.ts'
import { verdictOf, type Judgement, type Verdict } from './verdict.ts'

/** Who reset the connection, and why. What the evidence lacks lowers the confidence; it never makes up a cause. */
export const judge = (reset: Case): Verdict => {
  const judgement = judgeAlone(reset)
  const { cause, confidence, because } = judgement
  const owed = owedToHash(reset, cause, confidence)
  return verdictOf(reset, {
    ...judgement,
    because: [...because, ...unsentText(reset), ...hashText(reset), ...owed, ...reset.gaps],
  })
}

/** The judgement without the sentences on the TCP hash and on gaps. */
const judgeAlone = (reset: Case): Judgement => {
  // A RST that may be of a REJECT on this host tells nothing of the peer: every rule would take it for the peer's.
  if (reset.rejectUnseen) return unexplained(reset)
  return echoed(reset) ?? explained(reset) ?? unexplained(reset)
}

// A segment of a connection that this host had ended by a RST is answered because of that: one event, however many RSTs.
const echoed = (reset: Case): Judgement | undefined => {
  const stray = strayOf(reset)
  const { earlier } = reset.past
  if (stray === undefined || earlier === null || !happened(earlier)) return undefined
  const first = judgeAlone(earlier)
  if (first.cause === unknownCause.id) return undefined
  return {
    ...first,
    confidence: reset.gaps.length > 0 ? 'likely' : first.confidence,
    owner: ownerOfEcho(reset, first.owner ?? earlier.owner),
    why: `a late segment, ${spanText(nanosecondsBetween(reset.reset.at, earlier.reset.at))} after our own RST`,
    because: [
      `${strayText(reset, stray)}: the echo of the RST by which this host had ended the connection ${agoText(reset, earlier.reset)}`,
      ...first.because.map((sentence) => `of that one: ${sentence}`),
      ...(reset.reset.reason === null ? [] : [`the kernel's own reason: ${reset.reset.reason}`]),
    ],
  }
}

// A time-wait has no owner, and what ended it was not the close(): the memory has who had closed.
const ownerOfEcho = ({ past: { ending } }: Case, owner: Case['owner']) =>
  owner?.how === 'closer' ? owner : (ownerOf(ending?.shut?.task ?? null, null) ?? owner)

const explained = (reset: Case): Judgement | undefined => {
  for (const { cause, explain } of RULES) {
    const evidence = explain(reset)
    if (evidence === undefined) continue
    const { why, who, owner, by, rstReasons } = evidence
    const reasons = reasonText(reset, rstReasons === undefined ? cause : { ...cause, rstReasons })
    const confidence = reset.gaps.length > 0 || reasons.against ? 'likely' : evidence.confidence
    return { cause: cause.id, confidence, why, because: [...evidence.because, ...reasons.because], who, owner, by }
  }
  return undefined
}

const unexplained = (reset: Case): Judgement => {
  const { why, because } = missing(reset)
  const reasons = reasonText(reset, unknownCause).because
  return { cause: unknownCause.id, confidence: 'unknown', why, because: [...because, ...reasons] }
}

// The same case judged without the answers of the TCP hash shows what they were good for.
const owedToHash = (reset: Case, cause: CauseId, confidence: Confidence): string[] => {
  if (reset.before === null && reset.after === null) return []
  const bare = judgeAlone({ ...reset, before: null, after: null })
  if (bare.cause !== cause)
    return [
      `without the TCP hash ${bare.cause === 'unknown' ? 'the cause would be unknown' : `it would look like ${bare.cause}`}`,
    ]
  return bare.confidence === confidence ? [] : [`without the TCP hash this would be no more than ${bare.confidence}`]
}
