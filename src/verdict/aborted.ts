// SPDX-License-Identifier: MIT
// The RST that this host sends of its own accord, below close(), connect() or the end of a process:
// tcp_send_active_reset, told apart by who called it. expired.ts has the other callers.
import type { Case } from '../flow/case.ts'
import { sequenceDistance } from '../flow/states.ts'
import type { Socket, Task } from '../observation.ts'
import { calledBy, stackText } from './caller.ts'
import { certain, type Rule } from './rule.ts'

/** States in which the peer's FIN was taken: it counts one in rcv_nxt, and in copied_seq only once it was read. */
const PEER_CLOSED = ['CLOSE_WAIT', 'LAST_ACK', 'CLOSING']

/** Bytes that were never read, as __tcp_close() counts them (net/ipv4/tcp.c): without the peer's FIN. */
export const unread = ({ reset: { socket }, stateBefore }: Case) => {
  if (socket?.rcv_nxt === undefined || socket.copied_seq === undefined) return 0
  const distance = sequenceDistance(socket.rcv_nxt, socket.copied_seq)
  return PEER_CLOSED.includes(stateBefore ?? '') && distance > 0 ? distance - 1 : distance
}

// What is unread decides before anything else does that __tcp_close() resets for.
const closedWithUnread = (reset: Case) => calledBy(reset) === 'close' && unread(reset) > 0

const unreadText = (reset: Case, socket: Socket | null) =>
  `${unread(reset)} bytes of the peer were unread: rcv_nxt ${socket?.rcv_nxt}, copied_seq ${socket?.copied_seq}`

const closerText = (closer: Task | null) => (closer === null ? 'a process' : `${closer.comm}[${closer.pid}]`)

/** task_struct's exit_code: a signal in the low 7 bits, else what was given to exit() above 8. */
const endText = ({ exit_code }: Task) => {
  const code = exit_code ?? 0
  return (code & 127) === 0 ? `exit(${(code >> 8) & 255})` : `signal ${code & 127}`
}

const endingText = (closer: Task | null) =>
  closer !== null && closer.exit_code !== null ? [`the process was ending, by ${endText(closer)}`] : []

export const processDied: Rule = {
  cause: 'process-died',
  explain: (reset) => {
    const { closer } = reset
    if (!closedWithUnread(reset) || closer === null || closer.exit_code === null) return undefined
    return certain(
      `tcp_send_active_reset ran in the exit of ${closerText(closer)}, by ${endText(closer)} (${stackText(reset, 'do_exit')})`,
      unreadText(reset, reset.reset.socket),
    )
  },
}

export const unreadDataOnClose: Rule = {
  cause: 'unread-data-on-close',
  explain: (reset) => {
    if (!closedWithUnread(reset) || reset.closer?.exit_code !== null) return undefined
    return certain(
      `tcp_send_active_reset ran in close() by ${closerText(reset.closer)} (${stackText(reset)})`,
      unreadText(reset, reset.reset.socket),
    )
  },
}

export const lingerZero: Rule = {
  cause: 'linger-zero',
  explain: (reset) => {
    const { socket } = reset.reset
    if (calledBy(reset) !== 'linger' || socket?.linger !== true || socket.lingertime !== 0) return undefined
    return certain(
      `tcp_send_active_reset ran in tcp_disconnect below close() by ${closerText(reset.closer)} (${stackText(reset)})`,
      'SO_LINGER is on with a time of 0',
      ...endingText(reset.closer),
    )
  },
}

export const disconnect: Rule = {
  cause: 'disconnect',
  explain: (reset) =>
    calledBy(reset) === 'connect'
      ? certain(
          `tcp_send_active_reset ran in tcp_disconnect below connect() by ${closerText(reset.closer)} (${stackText(reset)}): connect() to AF_UNSPEC takes a connection apart`,
        )
      : undefined,
}

export const listenerClosed: Rule = {
  cause: 'listener-closed',
  explain: (reset) =>
    calledBy(reset) === 'listener'
      ? certain(
          `tcp_send_active_reset ran in inet_csk_listen_stop, at the close() of the listener by ${closerText(reset.closer)} (${stackText(reset)}): the connection waited in its queue and was never accepted`,
          ...endingText(reset.closer),
        )
      : undefined,
}

export const linger2OnClose: Rule = {
  cause: 'linger2-abort',
  explain: (reset) => {
    const { socket } = reset.reset
    if (calledBy(reset) !== 'close' || reset.stateBefore !== 'FIN_WAIT2' || socket?.dead !== true || unread(reset) > 0)
      return undefined
    if (socket.linger2 === undefined || socket.linger2 >= 0) return undefined
    return certain(
      `tcp_send_active_reset ran in close() by ${closerText(reset.closer)} (${stackText(reset)})`,
      `the socket was in FIN_WAIT2 and TCP_LINGER2 is ${socket.linger2}: it may not wait for the peer's FIN`,
    )
  },
}
