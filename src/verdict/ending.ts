// SPDX-License-Identifier: MIT
// How a connection had ended here before the segment came that is answered with a RST.
import { errnoName } from '../flow/errno.ts'
import { ownerOf } from '../flow/owner.ts'
import type { Case } from '../flow/case.ts'
import type { Ending } from '../flow/past.ts'
import { FLAG } from '../flow/states.ts'
import type { Task } from '../observation.ts'
import { nanosecondsBetween, spanText } from '../time.ts'
import { closerText } from './closer.ts'
import type { Instead } from './rule.ts'
import { agoText, type Stray } from './stray.ts'

/** How, when, and by whom, in sentences. */
export const endingOf = (reset: Case, { closed, shut, owner, rstSince }: Ending): string[] => {
  const error = closed.sk_err === undefined || closed.sk_err === 0 ? '' : `, ${errnoName(closed.sk_err)}`
  return [
    `its socket went from ${closed.from} to CLOSE ${agoText(reset, closed)}${error}`,
    ...(shut === null
      ? []
      : [`${closerText(shut.task)} had closed it ${agoText(reset, shut)}: from ${shut.from} to ${shut.to}`]),
    ...(shut === null && owner !== null ? [`it was the socket of ${closerText(owner)}`] : []),
    ...(rstSince ? ['a RST of the peer has come since'] : []),
  ]
}

/** Of a SYN ACK: that no socket of this host sent the SYN, for as long as the trace has seen; a raw socket may have. */
export const neverSentText = ({ reset, traced }: Case, { segment }: Stray): string[] =>
  (segment.flags & FLAG.syn) === 0 || traced === null
    ? []
    : [
        `no socket of this host had sent the SYN that it answers, in the ${spanText(nanosecondsBetween(reset.at, traced))} of this trace`,
      ]

/** The task as the owner of the connection; nothing where there is none, or where a thread of the kernel is that. */
export const ownerAs = (how: 'closer' | 'socket', task: Task | null): Instead => {
  const owner = how === 'closer' ? ownerOf(task, null) : ownerOf(null, task)
  return { ...(owner === null ? {} : { owner }), ...(task?.kthread === true ? { who: 'local-kernel' } : {}) }
}
