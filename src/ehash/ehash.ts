// SPDX-License-Identifier: MIT
import type { Tuple } from '../flow/tuple.ts'
import type { Answer } from '../observation.ts'
import type { Time } from '../time.ts'

/** An answer and the moment it was made, when the one who made it says. */
export type Reply = { answer: Answer; at?: Time }

/**
 * The answer about a connection whose network namespace is not known: an Observation has 0 for it. The module would take 0
 * for the asker's own (kmod/tcphash.h) and answer about another connection.
 */
export const NETNS_UNKNOWN: Reply = { answer: { found: null, error: 'the network namespace is not known' } }

/**
 * Something that can be asked what the kernel's TCP hash holds for one connection. `ask` never rejects: what went wrong is
 * the answer's `error`. `near` asks for near misses too, of one who knows them. `first` says whether it is cheap enough to
 * be asked for every flow that appears.
 */
export type Ehash = {
  source: 'module' | 'ss'
  first: boolean
  ask: (tuple: Tuple, near: boolean) => Reply | Promise<Reply>
  close: () => void
}
