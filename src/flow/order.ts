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
  let held: Timed[] = []
  let newest: Time = { s: 0, ns: 0 }

  const release = (ready: (event: Timed) => boolean) => {
    // Nearly sorted already, which is what the engine's sort is fastest at; equal times keep their order.
    held.sort((a, b) => compareTime(a.at, b.at))
    const end = held.findIndex((event) => !ready(event))
    return held.splice(0, end < 0 ? held.length : end)
  }

  return {
    push: (observation) => {
      if (!isEvent(observation)) {
        return observation.kind === 'stop' ? [...release(() => true), observation] : [observation]
      }
      held.push(observation)
      if (compareTime(observation.at, newest) > 0) newest = observation.at
      const overflow = held.length - MOST_HELD
      let count = 0
      return release((event) => count++ < overflow || nanosecondsBetween(newest, event.at) >= window)
    },
    flush: () => release(() => true),
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
      return true
    case 'start':
    case 'lookup':
    case 'lost':
    case 'stop':
      return false
  }
}
