// SPDX-License-Identifier: MIT
// A case as it is released: what only the events around it and after it tell.
import type { Kind } from '../observation.ts'
import { nanosecondsBetween, type Time } from '../time.ts'
import { isRstArrival, type Case } from './case.ts'
import type { Flows } from './flows.ts'
import { ownerOf } from './owner.ts'
import { cameBack, mayBeRejectedHere } from './rejected.ts'
import { createdAfter, stateFound } from './stale.ts'

/** How long before and after a reset another RST of its flow is of the same burst, in nanoseconds. */
const BURST_BEFORE_NS = 2_000_000_000
const BURST_AFTER_NS = 50_000_000

/**
 * The case with the rest of its burst, an owner who became known late, and the look-up set aside where it found what was
 * created since. `rejectsSeen`: REJECT is traced, and nothing of it was lost around the reset.
 */
export const finish = (opened: Case, flows: Flows, now: Time, rejectsSeen: boolean): Case => {
  const { reset, past } = opened
  const found = lookupsOf(opened, flows)
  return {
    ...opened,
    ...found,
    others: othersOf(reset, flows.of(reset.tuple, now).rsts),
    owner: opened.owner ?? ownerOf(null, flows.lateOwner(reset)),
    past: past.earlier === null ? past : { ...past, earlier: finish(past.earlier, flows, now, rejectsSeen) },
    rejectUnseen: mayBeRejectedHere(opened) && (!rejectsSeen || cameBack(opened)),
    stateBefore:
      isRstArrival(reset) && reset.socket === null ? stateFound(found.after, opened.drop) : opened.stateBefore,
  }
}

const othersOf = (reset: Kind<'reset'>, rsts: readonly Kind<'packet'>[]) =>
  rsts.filter(({ at, segment }) => {
    const later = nanosecondsBetween(at, reset.at)
    return segment.seq !== reset.segment?.seq && later > -BURST_BEFORE_NS && later <= BURST_AFTER_NS
  })

const lookupsOf = ({ reset, after }: Case, flows: Flows): Pick<Case, 'after' | 'late'> => {
  const created = flows.createdAt(reset.tuple, after?.answer.found ?? null)
  return after !== null && createdAfter(after, reset.at, created) ? { after: null, late: after } : { after, late: null }
}
