// SPDX-License-Identifier: MIT
import type { Kind, Observation } from '../observation.ts'
import { nanosecondsBetween, type Time } from '../time.ts'

/** The head of each file: that of the trace, as of the moment at which the file begins. */
export const createHeads = () => {
  let first: Kind<'start'> | undefined
  let head: Kind<'start'> | undefined
  let latest: Time = { s: 0, ns: 0 }
  let part = 1
  let owed = ''
  return {
    see: (observation: Observation) => {
      if ('at' in observation) latest = observation.at
      if (observation.kind === 'start') {
        first = head = observation
        owed = lineOf(observation)
      } else if (observation.kind === 'tick' && observation.boot !== undefined && first !== undefined)
        first = { ...first, boot: observation.boot }
    },
    /** Nanoseconds of events since the file began. */
    age: () => (head === undefined ? 0 : nanosecondsBetween(latest, head.at)),
    /** What must stand before all else, and is not written yet. */
    owed: () => owed,
    paid: () => (owed = ''),
    /** The next file begins. */
    goOn: () => {
      if (first === undefined) return
      head = { ...first, at: latest, goes_on: { from: first.at, part: (part += 1) } }
      owed = lineOf(head)
    },
  }
}

/** An Observation as a line of a recording. */
export const lineOf = (observation: Observation) => `${JSON.stringify(observation)}\n`
