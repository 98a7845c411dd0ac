// SPDX-License-Identifier: MIT
import type { Tuple } from '../flow/tuple.ts'
import type { Answer } from '../observation.ts'
import type { Time } from '../time.ts'

/** An answer and the moment it was made, when the one who made it says. */
export type Reply = { answer: Answer; at?: Time }

/**
 * Something that can be asked what the kernel's TCP hash holds for one connection. `ask` never rejects: what went wrong is
 * the answer's `error`. `near` asks for near misses too, which only the module finds. When it is asked: src/flow/asked.ts.
 */
export type Ehash = {
  source: 'module' | 'ss'
  ask: (tuple: Tuple, near: boolean) => Reply | Promise<Reply>
  close: () => void
}
