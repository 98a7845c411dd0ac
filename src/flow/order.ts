// SPDX-License-Identifier: MIT
import type { Observation } from '../observation.ts'
import { compareTime, nanosecondsBetween, type Time } from '../time.ts'

/** A step of the pipeline without a library: what goes in may let things out, and the end lets out the rest. */
export type Machine<In, Out> = { push: (input: In) => Out[]; flush: () => Out[] }

/** An Observation with a time of its own from the kernel: it can be put in order. */
type Timed = Observation & { at: Time }

/** Observations held at most; beyond that the oldest go on, in order or not. */
const MOST_HELD = 100_000

/**
 * Puts the events of several CPUs in order of time: each CPU has a buffer of its own, and bpftrace empties one after the
 * other. An event waits until one is seen that is `window` nanoseconds younger. Answers, losses and ends pass at once.
 */
export const order = (window: number): Machine<Observation, Observation> => {
  const held: Timed[] = []
  let newest: Time = { s: 0, ns: 0 }

  // Nearly in order already: the place of an event is a few steps from the end. Equal times keep their order.
  const insert = (event: Timed) => {
    const before = held.findLastIndex(({ at }) => compareTime(at, event.at) <= 0)
    held.splice(before + 1, 0, event)
  }

  const release = () => {
    const young = held.findIndex(({ at }) => nanosecondsBetween(newest, at) < window)
    const ready = young < 0 ? held.length : young
    return held.splice(0, Math.max(ready, held.length - MOST_HELD))
  }

  return {
    push: (observation) => {
      if (!isEvent(observation)) {
        return observation.kind === 'stop' ? [...held.splice(0), observation] : [observation]
      }
      insert(observation)
      if (compareTime(observation.at, newest) > 0) newest = observation.at
      return release()
    },
    flush: () => held.splice(0),
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
