// SPDX-License-Identifier: MIT
import type { Case } from '../flow/case.ts'
import type { Kind } from '../observation.ts'
import { nanosecondsBetween, spanText } from '../time.ts'

/** Nanoseconds from the event to the answer about it. */
export const lagOf = ({ at, event }: Kind<'lookup'>): number => nanosecondsBetween(at, event)

/**
 * What the TCP hash held, in sentences: when the flow was first seen, and right after the reset; then the near misses
 * of that look-up.
 */
export const hashText = ({ before, after, late, reset }: Case): string[] => [
  ...(before === null
    ? []
    : [
        `${spanText(lagOf(before))} after the flow was first seen the TCP hash (${before.source}) held ${content(before)}`,
      ]),
  late !== null
    ? `${spanText(lagOf(late))} after the reset the TCP hash (${late.source}) held ${content(late)}: made after it`
    : after === null
      ? 'the TCP hash was not asked: whether a socket was left is not known'
      : `${spanText(lagOf(after))} after the reset the TCP hash (${after.source}) held ${content(after)}${sameness(reset, after)}`,
  ...(after === null ? [] : nearMisses(after)),
]

// The end of a connection takes its socket out of the hash: a socket with another cookie was made later.
const sameness = ({ socket }: Kind<'reset'>, { answer: { found, cookie } }: Kind<'lookup'>) => {
  if (found !== 'established' || cookie === undefined || socket?.cookie === undefined) return ''
  return cookie === socket.cookie ? ': the same socket' : ': another socket, the ports are in use again'
}

const nearMisses = ({ answer }: Kind<'lookup'>) => [
  ...(answer.reversed === undefined ? [] : [`near miss: seen from the peer, the 5-tuple is there: ${answer.reversed}`]),
  ...(answer.other_netns === undefined
    ? []
    : [`near miss: the network namespace ${answer.other_netns} has the 5-tuple: ${answer.other_found}`]),
  ...(answer.listen_differs === undefined
    ? []
    : [
        `near miss: a listener on the port differs in its ${answer.listen_differs.replaceAll(',', ' and ')}: ${listener(answer)}`,
      ]),
]

const listener = ({ listen_family, listen_address, listen_ifindex }: Kind<'lookup'>['answer']) =>
  `IPv${listen_family}, bound to ${listen_address}${listen_ifindex === undefined || listen_ifindex === 0 ? '' : `, interface ${listen_ifindex}`}`

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
