// SPDX-License-Identifier: MIT
import { TOO_MANY } from '../flow/asked.ts'
import type { Case } from '../flow/case.ts'
import type { Answer, Kind } from '../observation.ts'
import { nanosecondsBetween, spanText } from '../time.ts'

/** Nanoseconds from the event to the answer about it. */
export const lagOf = ({ at, event }: Kind<'lookup'>): number => nanosecondsBetween(at, event)

/**
 * What the TCP hash held, in sentences: when the flow was first seen, and right after the reset; then the near misses
 * of that look-up.
 */
export const hashText = ({ before, after, late, reset }: Case): string[] => [
  ...(before === null ? [] : [lookupText(before, 'the flow was first seen')]),
  ...(late === null ? [] : [`${lookupText(late, 'the reset')}: made after it`]),
  ...(after === null ? [] : [`${lookupText(after, 'the reset')}${sameness(reset, after)}`, ...nearMisses(after)]),
  ...(late === null && after === null ? ['the TCP hash was not asked: it is not known whether a socket remained'] : []),
]

const lookupText = (lookup: Kind<'lookup'>, since: string) => {
  const { answer, source } = lookup
  const when = `${spanText(lagOf(lookup))} after ${since}`
  if (answer.error === TOO_MANY) return `the TCP hash (${source}) was ${TOO_MANY}`
  return answer.found === null
    ? `${when} the look-up in the TCP hash (${source}) failed: ${answer.error}`
    : `${when} the TCP hash (${source}) held ${content(answer, answer.found)}`
}

// The end of a connection takes its socket out of the hash: a socket with another cookie was made later.
const sameness = ({ socket }: Kind<'reset'>, { answer: { found, cookie } }: Kind<'lookup'>) => {
  if (found !== 'established' || cookie === undefined || socket?.cookie === undefined) return ''
  return cookie === socket.cookie ? ': the same socket' : ': another socket, so the ports were reused'
}

const nearMisses = ({ answer }: Kind<'lookup'>) => [
  ...(answer.near_skipped === true ? [`near misses were ${TOO_MANY}`] : []),
  ...(answer.reversed === undefined
    ? []
    : [`near miss: with its two ends swapped the 5-tuple is there: ${answer.reversed}`]),
  ...(answer.other_netns === undefined
    ? []
    : [`near miss: the network namespace ${answer.other_netns} has the 5-tuple: ${answer.other_found}`]),
  ...(answer.netns_cut === true && answer.other_netns === undefined
    ? [
        `of the other network namespaces ${answer.netns_seen} were looked into, and none has the 5-tuple; there are more`,
      ]
    : []),
  ...(answer.listen_differs === undefined
    ? []
    : [
        `near miss: a listener on the port differs in its ${answer.listen_differs.replaceAll(',', ' and ')}: ${listener(answer)}`,
      ]),
]

const listener = ({ listen_family, listen_address, listen_ifindex }: Answer) =>
  `IPv${listen_family}, bound to ${listen_address}${listen_ifindex === undefined || listen_ifindex === 0 ? '' : `, interface ${listen_ifindex}`}`

const GROUP =
  ', one of those that share its port (SO_REUSEPORT): a SYN may go to another of them, with a backlog of its own'

const content = (answer: Answer, found: NonNullable<Answer['found']>) => {
  const numbers = (['cookie', 'inode', 'snd_una', 'snd_nxt', 'rcv_nxt', 'backlog', 'limit'] as const)
    .filter((name) => answer[name] !== undefined)
    .map((name) => `${name} ${answer[name]}`)
    .join(', ')
  switch (found) {
    case 'none':
      return 'nothing for this 5-tuple, and no listener'
    case 'listener':
      return `no socket for this 5-tuple; a listener would take a SYN (${numbers})${answer.reuseport === true ? GROUP : ''}`
    case 'established':
    case 'timewait':
    case 'request':
      return `a socket in ${answer.substate ?? answer.state} (${numbers})`
  }
}
