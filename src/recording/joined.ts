// SPDX-License-Identifier: MIT
import { compareTime } from '../time.ts'
import type { Kind, Observation } from '../observation.ts'

/**
 * Takes Observations in their order, one or a batch, and gives those that have become certain; `rest` gives what is held back. A batch
 * in the middle of a recording, as nearly all are, is given as it is.
 */
export type Joining = {
  push: (observation: Observation) => Observation[]
  batch: (observations: Observation[]) => Observation[]
  rest: () => Observation[]
}

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
  const push = (observation: Observation) => {
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
  }
  const batch = (observations: Observation[]) =>
    held.length === 0 && !observations.some(isEnd) ? observations : observations.flatMap(push)
  return { rest, push, batch }
}

const isEnd = ({ kind }: Observation) => kind === 'start' || kind === 'stop'

// The end of the one before may be missing: the disk was full.
const follows = (before: Kind<'start'> | undefined, { host, goes_on }: Kind<'start'>) =>
  before !== undefined &&
  goes_on !== undefined &&
  before.host === host &&
  (before.goes_on?.part ?? 1) + 1 === goes_on.part &&
  compareTime(before.goes_on?.from ?? before.at, goes_on.from) === 0
