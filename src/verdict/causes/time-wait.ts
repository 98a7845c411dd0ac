// SPDX-License-Identifier: MIT
import type { Cause } from '../cause.ts'
import { opensConnection, repliedForSocket, segmentText } from '../replied.ts'
import { certain, type Rule } from '../rule.ts'

const cause = {
  id: 'time-wait',
  who: 'peer',
  outcome: 'sent',
  brief: 'a segment that the TIME_WAIT of a closed connection refuses',
  means:
    'A segment arrived for a connection that is closed here and in TIME_WAIT, and the kernel answered it with RST.',
  usually: 'Data or a FIN of the peer that arrived out of order after the close; ports reused too early.',
  next: ['net.ipv4.tcp_tw_reuse and the port range at the peer; load balancers that keep source ports'],
  rstReasons: ['TCP_TIMEWAIT_SOCKET'],
} as const satisfies Cause

/** tcp_timewait_state_process gives TCP_TW_RST (net/ipv4/tcp_minisocks.c), and tcp_v4_rcv sends the RST. */
export const timeWait = {
  cause,
  explain: (reset) => {
    const found = repliedForSocket(reset)
    if (found?.socket.state !== 'TIME_WAIT') return undefined
    return certain(
      opensConnection(found.segment)
        ? 'a SYN reuses the ports of a connection closed here alone'
        : 'a segment came that the TIME_WAIT refuses',
      `${reset.reset.fn} ran for a time-wait in ${found.socket.substate}: the connection was closed here`,
      `it answers ${segmentText(found.segment)}, with rcv_nxt ${found.socket.rcv_nxt}`,
    )
  },
} satisfies Rule
