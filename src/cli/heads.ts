// SPDX-License-Identifier: MIT
import type { Start } from '../format/sink.ts'
import type { Observation } from '../observation.ts'
import { compareTime, type Time } from '../time.ts'

/** Settings of the wall clock that are remembered: verdicts are a second or two behind the youngest. */
const MOST = 16

/**
 * The first line of the trace that is printed, as of a moment: the moment of boot, from which dates are counted, follows the
 * wall clock when that is set. `tool` judges, in a replay not the one that recorded.
 */
export const createHeads = (tool: string) => {
  let heads: { since: Time; start: Start }[] = []
  const last = () => heads.at(-1)?.start
  return {
    /** A trace begins, or a tick tells that the clock was set. */
    see: (observation: Observation) => {
      const start = last()
      if (observation.kind === 'start') heads = [{ since: observation.at, start: { ...observation, tool } }]
      else if (observation.kind === 'tick' && observation.boot !== undefined && start !== undefined)
        heads = [...heads.slice(1 - MOST), { since: observation.at, start: { ...start, boot: observation.boot } }]
    },
    /** Undefined while nothing has begun. */
    last,
    of: (at: Time): Start | undefined =>
      (heads.findLast(({ since }) => compareTime(since, at) <= 0) ?? heads[0])?.start,
  }
}
