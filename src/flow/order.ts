// SPDX-License-Identifier: MIT
import type { Observation } from '../observation.ts'
import { compareTime, nanosecondsBetween, type Time } from '../time.ts'

/** A step of the pipeline without a library: what goes in may let things out, and the end lets out the rest. */
export type Machine<In, Out> = { push: (input: In) => Out[]; flush: () => Out[] }

/** An Observation with a time of its own from the kernel: it can be put in order. */
type Timed = Observation & { at: Time }

/** What waits for its turn: an event, or a loss as of the youngest event that came before it. */
type Held = { at: Time; observation: Observation }

/** Observations held at most; beyond that the oldest go on, in order or not. */
const MOST_HELD = 100_000

/**
 * Puts the events of several CPUs in order of time: each CPU has a buffer of its own, and bpftrace empties one after the
 * other. An event waits until one is seen that is `window` nanoseconds younger. Answers, losses and ends pass at once; a
 * loss comes once more, of none, behind the events that wait: whatever was lost may be younger than these.
 */
export const order = (window: number): Machine<Observation, Observation> => {
  const held: Held[] = []
  let newest: Time = { s: 0, ns: 0 }

  // Nearly in order already: the place of an event is a few steps from the end. Equal times keep their order.
  const insert = (at: Time, observation: Observation) => {
    const before = held.findLastIndex((other) => compareTime(other.at, at) <= 0)
    held.splice(before + 1, 0, { at, observation })
  }

  const take = (count: number) => held.splice(0, count).map(({ observation }) => observation)

  const release = () => {
    const young = held.findIndex(({ at }) => nanosecondsBetween(newest, at) < window)
    const ready = young < 0 ? held.length : young
    return take(Math.max(ready, held.length - MOST_HELD))
  }

  return {
    push: (observation) => {
      if (!isEvent(observation)) {
        if (observation.kind === 'lost' && held.length > 0) insert(newest, { ...observation, count: 0 })
        return observation.kind === 'stop' ? [...take(held.length), observation] : [observation]
      }
      insert(observation.at, observation)
      if (compareTime(observation.at, newest) > 0) newest = observation.at
      return release()
    },
    flush: () => take(held.length),
  }
}

const isEvent = (observation: Observation): observation is Timed => {
  switch (observation.kind) {
    case 'packet':
    case 'reset':
    case 'reply':
    case 'state':
    case 'owner':
    case 'tick':
    case 'call':
    case 'return':
      return true
    case 'start':
    case 'lookup':
    case 'lost':
    case 'total':
    case 'counters':
    case 'stop':
      return false
  }
}
