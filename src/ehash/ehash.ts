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
 * What a look-up asks beside the connection, of the module alone: `near` for near misses, `ifindex` for what a segment finds that
 * came by that interface, since sockets that are bound to one are found by no other.
 */
export type Question = { near: boolean; ifindex?: number | undefined }

/**
 * A source of look-ups in the kernel's TCP hash, one connection at a time. `ask` never rejects: a failure is the
 * answer's `error`. When it is asked: src/flow/asked.ts.
 */
export type Ehash = {
  source: 'module' | 'ss'
  ask: (tuple: Tuple, question: Question) => Reply | Promise<Reply>
  close: () => void
}
