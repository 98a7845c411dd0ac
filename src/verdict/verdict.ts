// SPDX-License-Identifier: MIT
import type { Case } from '../flow/case.ts'
import { rstOf, type Rst } from '../flow/rst.ts'
import type { Kind } from '../observation.ts'
import type { Time } from '../time.ts'
import type { Outcome, Who } from './cause.ts'
import { CAUSES, type CauseId } from './causes.ts'
import type { Confidence, Evidence } from './rule.ts'
import { unreadOf } from './unread.ts'

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
  /** Who had the kernel reset the socket, its owner's or not: the process that ran ss -K, say. Null where nobody did. */
  by: { pid: number; comm: string } | null
  dev: Case['dev']
  /** The connection's other tuples, before NAT or after it, hop by hop; empty where none is known. */
  nat: Case['nat']
  /** What the TCP hash held right after the reset; in its place `late`, when what was found was made after it. */
  after: Case['after']
  late: Case['late']
  /** The kernel's own reason for its RST, and for dropping one that came in; null where it gave none. */
  resetReason: string | null
  dropReason: string | null
  /** The RST, as far as its header is known; null where nothing of it was seen. */
  rst: Rst | null
  /** One plain sentence, at most 70 characters, without names of kernel functions. */
  why: string
  /** The RST that came in, or the segment that a RST sent answers; null where none was seen. */
  segment: Case['reset']['segment']
  /** Bytes of the peer that the socket held unread; null where that was not seen. */
  unread: number | null
  because: string[]
  /** Kernel functions from the innermost outwards; empty where none were seen. */
  stack: readonly string[]
}

/** Who acted: whose own call reset the connection. Null where that was no process. */
export const actorOf = ({ by, owner }: Verdict): Verdict['by'] => by ?? (owner?.how === 'closer' ? owner : null)

/** What the rules make of a case. */
export type Judgement = { cause: CauseId } & Omit<Evidence, 'rstReasons'>

/** The verdict on a case, with what is said of its cause whatever the case. */
export const verdictOf = (reset: Case, { cause, confidence, why, because, who, owner, by }: Judgement): Verdict => ({
  at: reset.reset.at,
  outcome: CAUSES[cause].outcome ?? reset.outcome,
  cause,
  who: who ?? CAUSES[cause].who,
  confidence,
  tuple: reset.reset.tuple,
  state: reset.stateBefore,
  owner: owner ?? reset.owner,
  by: by ?? null,
  dev: reset.dev,
  nat: reset.nat,
  after: reset.after,
  late: reset.late,
  resetReason: reset.reset.reason,
  dropReason: reset.drop?.reason ?? null,
  rst: rstOf(reset),
  why,
  segment: reset.reset.segment,
  unread: unreadOf(reset),
  because,
  stack: reset.reset.stack,
})
