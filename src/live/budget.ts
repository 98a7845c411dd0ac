// SPDX-License-Identifier: MIT
import { nanosecondsBetween, type Time } from '../time.ts'

/** So much may be done in a second of event time, all of it at once after a quiet second. Gives whether there is any left. */
export type Budget = (at: Time) => boolean

/** A budget that is whole at its first use. Events that come out of their order take from it and add nothing. */
export const createBudget = (perSecond: number): Budget => {
  let left = perSecond
  let last: Time | null = null
  return (at) => {
    const passed = last === null ? 0 : nanosecondsBetween(at, last)
    if (last === null || passed > 0) last = at
    left = Math.min(perSecond, left + (Math.max(0, passed) / 1e9) * perSecond)
    if (left < 1) return false
    left -= 1
    return true
  }
}
