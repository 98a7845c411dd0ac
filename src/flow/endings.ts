// SPDX-License-Identifier: MIT
import type { Kind, Task } from '../observation.ts'
import { compareTime, type Time } from '../time.ts'
import { createMemory } from './memory.ts'
import type { Ending } from './past.ts'
import { listenersOf, tupleKey, type Tuple } from './tuple.ts'

/** How many ends of listeners are kept for one address and port. */
const MOST_LISTENERS = 16

/** The memory of who closed what: connections until they are over, and listeners. */
export const createEndings = () => {
  const shuts = createMemory<Kind<'state'>>()
  const listeners = createMemory<Kind<'state'>[]>()

  return {
    /** A process has closed a connection, or shut down writing: it went to FIN_WAIT1 or LAST_ACK. */
    shut: (change: Kind<'state'>) => shuts.set(change.sk, change),
    /** A socket went to CLOSE: how it ended. */
    closed: (closed: Kind<'state'>, owner: Task | null): Ending => {
      const { sk, tuple, from } = closed
      const shut = shuts.get(sk) ?? null
      shuts.forget(sk)
      const key = tupleKey(tuple)
      if (from === 'LISTEN') listeners.set(key, [...(listeners.get(key) ?? []), closed].slice(-MOST_LISTENERS))
      return { closed, shut, owner, rstSince: false }
    },
    /** The ends of listeners since then that may have taken the connection. */
    listenersClosed: (tuple: Tuple, since: Time): Kind<'state'>[] =>
      listenersOf(tuple).flatMap((key) => (listeners.get(key) ?? []).filter(({ at }) => compareTime(at, since) > 0)),
  }
}
