// SPDX-License-Identifier: MIT
// The RST that this host sends of its own accord: tcp_send_active_reset, told apart by who called it.
import type { Case } from '../flow/case.ts'
import { sequenceDistance } from '../flow/states.ts'
import type { Socket, Task } from '../observation.ts'
import { certain, type Rule } from './rule.ts'

const below = ({ reset }: Case, ...functions: string[]) =>
  reset.fn === 'tcp_send_active_reset' && functions.every((name) => reset.stack.includes(name))

/** The stack from the reset outwards, to the function that says most or for six frames. */
const stackText = ({ reset: { stack } }: Case, last = '') =>
  `stack: ${stack.slice(0, stack.indexOf(last) + 1 || 6).join(' < ')}`

/** States in which the peer's FIN was taken: it counts one in rcv_nxt, and in copied_seq only once it was read. */
const PEER_CLOSED = ['CLOSE_WAIT', 'LAST_ACK', 'CLOSING']

/** Bytes that were never read, as __tcp_close() counts them (net/ipv4/tcp.c): without the peer's FIN. */
const unread = ({ reset: { socket }, stateBefore }: Case) => {
  if (socket?.rcv_nxt === undefined || socket.copied_seq === undefined) return 0
  const distance = sequenceDistance(socket.rcv_nxt, socket.copied_seq)
  return PEER_CLOSED.includes(stateBefore ?? '') && distance > 0 ? distance - 1 : distance
}

// tcp_disconnect calls the reset itself, below __tcp_close when it is SO_LINGER, so its absence is what counts.
const closedWithUnread = (reset: Case) =>
  below(reset, '__tcp_close') && !below(reset, 'tcp_disconnect') && unread(reset) > 0

const unreadText = (reset: Case, socket: Socket | null) =>
  `${unread(reset)} bytes of the peer were unread: rcv_nxt ${socket?.rcv_nxt}, copied_seq ${socket?.copied_seq}`

const closerText = (closer: Task | null) => (closer === null ? 'a process' : `${closer.comm}[${closer.pid}]`)

/** task_struct's exit_code: a signal in the low 7 bits, else what was given to exit() above 8. */
const endText = ({ exit_code }: Task) => {
  const code = exit_code ?? 0
  return (code & 127) === 0 ? `exit(${(code >> 8) & 255})` : `signal ${code & 127}`
}

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
    if (!below(reset, 'tcp_disconnect', '__tcp_close') || socket?.linger !== true || socket.lingertime !== 0)
      return undefined
    const { closer } = reset
    return certain(
      `tcp_send_active_reset ran in tcp_disconnect below close() by ${closerText(closer)} (${stackText(reset)})`,
      'SO_LINGER is on with a time of 0',
      ...(closer !== null && closer.exit_code !== null ? [`the process was ending, by ${endText(closer)}`] : []),
    )
  },
}
