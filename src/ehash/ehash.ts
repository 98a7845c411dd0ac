// SPDX-License-Identifier: MIT
import type { Tuple } from '../flow/tuple.ts'
import type { Answer } from '../observation.ts'
import type { Time } from '../time.ts'

/** An answer of the TCP hash, and the moment of the look-up where the source gives it. */
export type Reply = { answer: Answer; at?: Time }

/**
 * The answer for an unknown network namespace, which an Observation has as 0. The module would take 0 for the asker's
 * own (kmod/tcphash.h) and answer about another connection.
 */
export const NETNS_UNKNOWN: Reply = { answer: { found: null, error: 'the network namespace is not known' } }

/**
 * A source of look-ups in the kernel's TCP hash, one connection at a time. `ask` never rejects: a failure is the
 * answer's `error`. `near` asks for near misses too, which only the module finds. When it is asked: src/flow/asked.ts.
 */
export type Ehash = {
  source: 'module' | 'ss'
  ask: (tuple: Tuple, near: boolean) => Reply | Promise<Reply>
  close: () => void
}
