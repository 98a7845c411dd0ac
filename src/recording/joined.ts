// SPDX-License-Identifier: MIT
import { compareTime } from '../time.ts'
import type { Kind, Observation } from '../observation.ts'

/** Takes Observations in their order, and gives those that have become certain; `rest` gives what is held back. */
export type Joining = { push: (observation: Observation) => Observation[]; rest: () => Observation[] }

/**
 * Makes one recording of the files of a rotation where they come one behind the other: the end of each that goes on and the head
 * of the next fall away. One whose predecessor is not there is a recording by itself.
 */
export const createJoining = (): Joining => {
  let head: Kind<'start'> | undefined
  let held: Observation[] = []
  const rest = () => {
    const given = held
    held = []
    return given
  }
  return {
    rest,
    push: (observation) => {
      if (observation.kind === 'stop' && observation.goes_on === true) {
        held.push(observation)
        return []
      }
      if (observation.kind !== 'start') return [...rest(), observation]
      const before = head
      head = observation
      if (!follows(before, observation)) return [...rest(), observation]
      held = []
      return []
    },
  }
}

// The end of the one before may be missing: the disk was full.
const follows = (before: Kind<'start'> | undefined, { host, goes_on }: Kind<'start'>) =>
  before !== undefined &&
  goes_on !== undefined &&
  before.host === host &&
  (before.goes_on?.part ?? 1) + 1 === goes_on.part &&
  compareTime(before.goes_on?.from ?? before.at, goes_on.from) === 0
