// SPDX-License-Identifier: MIT
import type { Case } from '../flow/case.ts'
import type { Kind } from '../observation.ts'
import type { Time } from '../time.ts'
import type { Outcome, Who } from './cause.ts'
import { CAUSES, type CauseId } from './causes.ts'
import type { Confidence, Instead } from './rule.ts'

/** The answer: who reset this connection, and why. */
export type Verdict = {
  at: Time
  outcome: Outcome
  cause: CauseId
  who: Who
  confidence: Confidence
  tuple: Kind<'reset'>['tuple']
  state: string | null
  owner: Case['owner']
  dev: Case['dev']
  /** The connection's other tuples, before NAT or after it, hop by hop; empty where none is known. */
  nat: Case['nat']
  /** What the TCP hash held right after the reset; in its place `late`, when what was found was made after it. */
  after: Case['after']
  late: Case['late']
  /** The kernel's own reason for its RST, and for dropping one that came in; null where it gave none. */
  resetReason: string | null
  dropReason: string | null
  because: string[]
  /** Kernel functions from the innermost outwards; empty where none were seen. */
  stack: readonly string[]
}

/** What the rules make of a case. */
export type Judgement = { cause: CauseId; confidence: Confidence; because: string[] } & Pick<Instead, 'who' | 'owner'>

/** The verdict on a case, with what is said of its cause whatever the case. */
export const verdictOf = (reset: Case, { cause, confidence, because, who, owner }: Judgement): Verdict => ({
  at: reset.reset.at,
  outcome: CAUSES[cause].outcome ?? reset.outcome,
  cause,
  who: who ?? CAUSES[cause].who,
  confidence,
  tuple: reset.reset.tuple,
  state: reset.stateBefore,
  owner: owner ?? reset.owner,
  dev: reset.dev,
  nat: reset.nat,
  after: reset.after,
  late: reset.late,
  resetReason: reset.reset.reason,
  dropReason: reset.drop?.reason ?? null,
  because,
  stack: reset.reset.stack,
})
