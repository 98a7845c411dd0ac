// SPDX-License-Identifier: MIT
import type { Cause } from '../cause.ts'
import { rstForTimeWait, timeWaitTakes, timeWaitText } from '../mini.ts'
import { certain, type Rule } from '../rule.ts'

const cause = {
  id: 'time-wait-assassinated',
  who: 'peer',
  outcome: 'received',
  brief: 'RST ended a TIME_WAIT early (RFC 1337)',
  means: 'A RST ended a connection in TIME_WAIT early (RFC 1337).',
  usually:
    'A late segment reached the peer after it had forgotten the connection. Harmless, unless the tuple is reused at once.',
  next: ['sysctl net.ipv4.tcp_rfc1337=1 makes the kernel ignore such RSTs'],
} as const satisfies Cause

/**
 * tcp_timewait_state_process kills the time-wait for a RST at rcv_nxt when net.ipv4.tcp_rfc1337 is 0, and in substate
 * FIN_WAIT2 for any RST in its window (net/ipv4/tcp_minisocks.c). The look-up proves that it is gone.
 */
export const timeWaitAssassinated = {
  cause,
  explain: (reset) => {
    const mini = rstForTimeWait(reset)
    const found = reset.after?.answer.found ?? null
    if (mini === undefined || found === null || found === 'timewait' || !timeWaitTakes(mini)) return undefined
    const orphan = mini.socket.substate === 'FIN_WAIT2'
    return certain(
      orphan ? "it ended what waited for the peer's FIN" : 'it ended a TIME_WAIT early (RFC 1337)',
      timeWaitText(mini),
      orphan
        ? "so nothing is left of the connection, which was closed here and waited for the peer's FIN"
        : 'so the time-wait ended early (RFC 1337): net.ipv4.tcp_rfc1337 is 0',
    )
  },
} satisfies Rule
