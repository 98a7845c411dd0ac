// SPDX-License-Identifier: MIT
import type { Case } from '../flow/case.ts'
import type { Cause, Who } from './cause.ts'

/** `certain` when a kernel path or state proves the cause, `likely` when it is inferred from the shape of packets. */
export const CONFIDENCES = ['certain', 'likely', 'unknown'] as const
export type Confidence = (typeof CONFIDENCES)[number]

/**
 * How sure a rule is and why. `why` is one plain sentence for a reader in a hurry: at most 70 characters, without names of
 * kernel functions, true of every path that leads to it. `because` has sentences with the numbers, each naming the
 * observation that it rests on.
 */
export type Evidence = { confidence: Confidence; why: string; because: string[] } & Instead

/** What the evidence of a case tells of it, in the place of what is said of its cause or of its reset. */
export type Instead = {
  /** Whose doing it was. */
  who?: Who | undefined
  /** Who owned the connection, where its socket is gone. */
  owner?: Case['owner'] | undefined
  /** Who asked the kernel to reset the socket of another. */
  by?: { pid: number; comm: string } | undefined
  /** The kernel's own reasons for sending that agree, since another path led here. */
  rstReasons?: readonly string[] | undefined
}

/** One entry of the table: gives its evidence when it explains the case, else undefined. */
export type Rule = { cause: Cause; explain: (reset: Case) => Evidence | undefined }

/** The evidence of a kernel path or a state. */
export const certain = (why: string, ...because: string[]): Evidence => ({ confidence: 'certain', why, because })

/** The evidence of the shape of packets. */
export const likely = (why: string, ...because: string[]): Evidence => ({ confidence: 'likely', why, because })

/** Certain evidence, or no more than likely where there are doubts, which it tells. */
export const doubted = (doubts: readonly string[], why: string, ...because: string[]): Evidence =>
  doubts.length === 0 ? certain(why, ...because) : likely(why, ...because, ...doubts)
