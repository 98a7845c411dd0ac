// SPDX-License-Identifier: MIT
import { isAnswer } from '../../flow/case.ts'
import { calledBy, stackText } from '../caller.ts'
import type { Cause } from '../cause.ts'
import { closerText, isOrphan } from '../closer.ts'
import { segmentText } from '../replied.ts'
import { certain, type Rule } from '../rule.ts'
import { unreadBytes } from '../unread.ts'

const cause = {
  id: 'linger2-abort',
  who: 'local-app',
  outcome: 'sent',
  brief: 'closed with TCP_LINGER2 below 0',
  means:
    'A local process closed a connection with TCP_LINGER2 below 0: the connection may not wait for the FIN of the peer.',
  usually: 'A server that sets TCP_LINGER2 to -1 to save sockets.',
  next: ['look for TCP_LINGER2 in the program or its settings'],
  rstReasons: ['TCP_ABORT_ON_LINGER', 'TCP_ABORT_ON_DATA'],
} as const satisfies Cause

/** At close(): __tcp_close calls tcp_send_active_reset for FIN_WAIT2 with linger2 below 0 (net/ipv4/tcp.c). */
export const linger2OnClose = {
  cause,
  explain: (reset) => {
    const { socket } = reset.reset
    if (calledBy(reset) !== 'close' || reset.stateBefore !== 'FIN_WAIT2' || !isOrphan(reset)) return undefined
    if (unreadBytes(reset) > 0 || socket?.linger2 === undefined || socket.linger2 >= 0) return undefined
    return certain(
      `${closerText(reset.closer)} closed it with TCP_LINGER2 ${socket.linger2}`,
      `tcp_send_active_reset ran in close() by ${closerText(reset.closer)} (${stackText(reset)})`,
      `the socket was in FIN_WAIT2 and TCP_LINGER2 is ${socket.linger2}: it may not wait for the peer's FIN`,
    )
  },
} satisfies Rule

/**
 * After close(), when the FIN is acknowledged: tcp_rcv_state_process ends an orphan with linger2 below 0 by tcp_done
 * and asks for a RST (net/ipv4/tcp_input.c, TCP_FIN_WAIT1), without tcp_reset. Linux 6.12 calls that ABORT_ON_DATA.
 */
export const linger2OnAck = {
  cause,
  explain: (reset) => {
    const { socket, segment, fn } = reset.reset
    if (!isAnswer(reset.reset) || segment === null || !isOrphan(reset) || reset.withoutRst !== null) return undefined
    if (reset.stateBefore !== 'FIN_WAIT1' && reset.stateBefore !== 'FIN_WAIT2') return undefined
    if (socket?.linger2 === undefined || socket.linger2 >= 0) return undefined
    return certain(
      `closed here with TCP_LINGER2 ${socket.linger2}`,
      `${fn} ran for a socket closed by its application, when ${segmentText(segment)} acknowledged its FIN`,
      `TCP_LINGER2 is ${socket.linger2}: it may not wait in FIN_WAIT2 for the peer's FIN`,
    )
  },
} satisfies Rule
