// SPDX-License-Identifier: MIT
// What is told with the time: that the wall clock was set, and that the kernel did not run probes.
import type { Clock } from '../host/clock.ts'
import type { Kind, Observation } from '../observation.ts'
import { nanosecondsBetween, type Time } from '../time.ts'

/** How often the kernel is asked what it did not run: it takes a millisecond. */
const ASKED_NS = 1_000_000_000

/** The ticks of a trace. */
export type Ticks = {
  /** The tick of that moment, read now, behind what has to be known before it lets events go on. */
  at: (at: Time) => Observation[]
  /** Probes that did not run since the last question, at the end of the trace. */
  missed: () => Observation[]
}

/** `misses` gives how many probes the kernel has not run so far. */
export const createTicks = (clock: Clock, misses: () => number): Ticks => {
  let asked = clock.now()
  let known = 0

  const missed = (): Kind<'lost'>[] => {
    asked = clock.now()
    const all = misses()
    const count = all - known
    known = Math.max(known, all)
    return count > 0 ? [{ kind: 'lost', what: 'probes', count }] : []
  }

  return {
    missed,
    at: (at) => {
      const read = clock.now()
      const boot = clock.wasSet()
      const tick: Kind<'tick'> = { kind: 'tick', at, read, ...(boot === undefined ? {} : { boot }) }
      return [...(nanosecondsBetween(read, asked) >= ASKED_NS ? missed() : []), tick]
    },
  }
}
