// SPDX-License-Identifier: MIT
import type { Cause } from '../cause.ts'
import { rstForTimeWait, timeWaitTakes, timeWaitText } from '../mini.ts'
import { certain, type Rule } from '../rule.ts'

const cause = {
  id: 'ignored-time-wait',
  who: 'unknown',
  outcome: 'ignored',
  brief: 'for a TIME_WAIT that stays',
  means: 'A RST arrived for a connection in TIME_WAIT, and the kernel ignored it.',
  usually: 'A late RST of the peer: net.ipv4.tcp_rfc1337 is 1, or its number is not exact.',
  next: ['none'],
} as const satisfies Cause

/**
 * tcp_timewait_state_process leaves the time-wait for a RST that is off, and for one at rcv_nxt when
 * net.ipv4.tcp_rfc1337 is 1 (net/ipv4/tcp_minisocks.c).
 */
export const ignoredTimeWait = {
  cause,
  explain: (reset) => {
    const mini = rstForTimeWait(reset)
    if (mini === undefined) return undefined
    const orphan = mini.socket.substate === 'FIN_WAIT2'
    if (!timeWaitTakes(mini))
      return certain(
        orphan ? 'outside the window of the closed connection' : 'only the exact number ends a TIME_WAIT',
        timeWaitText(mini),
        orphan ? 'that is outside its window' : 'only the exact number ends a time-wait',
      )
    // In its window FIN_WAIT2 is ended whatever net.ipv4.tcp_rfc1337 is.
    if (orphan || reset.after?.answer.found !== 'timewait') return undefined
    return certain(
      'TIME_WAIT stays: RFC 1337 protection is on',
      timeWaitText(mini),
      'the time-wait is still there: net.ipv4.tcp_rfc1337 is 1',
    )
  },
} satisfies Rule
