// SPDX-License-Identifier: MIT
// Whether there was a reset at all: some events are no more than an attempt, until another one tells.
import { compareTime, type Time } from '../time.ts'
import { EARLY, isAnswer, isArrival, type Case } from './case.ts'
import { isRejectedHere } from './rejected.ts'

/** How long after a reset what belongs to it may still come, in event time: the RST's way to IP takes microseconds. */
export const SETTLE_NS = 50_000_000

/**
 * How long what decides whether there was a reset at all may take: a RST's way to IP, or to the socket that obeys it. A
 * virtual machine may stand still in the middle of that.
 */
const LATE_NS = 1_000_000_000

/**
 * How long a case waits for what belongs to it, in nanoseconds of event time. What happened before the TCP hash was asked
 * has to be heard before the answer is believed.
 */
export const patience = (reset: Case, now: Time): number =>
  isUndecided(reset) || (reset.after !== null && compareTime(now, reset.after.at) < 0) ? LATE_NS : SETTLE_NS

const isUndecided = ({ reset, replied, drop }: Case) =>
  ((isAnswer(reset) || isRejectedHere(reset)) && replied === null) || (isArrival(reset) && drop === null)

/**
 * Whether there was a reset. tcp_v4_send_reset and its twin are attempts: unless it handed a RST to IP it sent nothing, or
 * the event that says so was lost. A packet seen before it is known to be for this host is, once TCP drops it; the reason
 * for that is all that tells of the socket then.
 */
export const left = ({ reset, replied, drop, gaps }: Case) => {
  if (isArrival(reset))
    return reset.fn !== EARLY || (drop?.location?.startsWith('tcp_') === true && drop.reason !== null)
  return !isAnswer(reset) || replied !== null || gaps.length > 0
}
