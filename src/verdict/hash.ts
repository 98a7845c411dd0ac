// SPDX-License-Identifier: MIT
import type { Case } from '../flow/case.ts'
import type { Kind } from '../observation.ts'
import { nanosecondsBetween, spanText } from '../time.ts'

/** Nanoseconds from the event to the answer about it. */
export const lagOf = ({ at, event }: Kind<'lookup'>): number => nanosecondsBetween(at, event)

/** What the TCP hash says of the case, in words: before, when the flow was first seen, and right after the reset. */
export const hashText = ({ before, after }: Case): string[] => [
  ...(before === null
    ? []
    : [
        `${spanText(lagOf(before))} after the flow was first seen the TCP hash (${before.source}) held ${content(before)}`,
      ]),
  after === null
    ? 'the TCP hash was not asked: whether a socket was left is not known'
    : `${spanText(lagOf(after))} after the reset the TCP hash (${after.source}) held ${content(after)}`,
]

const content = ({ answer }: Kind<'lookup'>) => {
  const numbers = (['cookie', 'inode', 'snd_una', 'snd_nxt', 'rcv_nxt', 'backlog', 'limit'] as const)
    .filter((name) => answer[name] !== undefined)
    .map((name) => `${name} ${answer[name]}`)
    .join(', ')
  switch (answer.found) {
    case null:
      return `no known content (${answer.error})`
    case 'none':
      return 'nothing for this 5-tuple, and no listener'
    case 'listener':
      return `no socket for this 5-tuple; a listener would take a SYN (${numbers})`
    case 'established':
    case 'timewait':
    case 'request':
      return `a socket in ${answer.substate ?? answer.state} (${numbers})`
  }
}
