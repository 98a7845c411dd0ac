// SPDX-License-Identifier: MIT
// How much of the peer's data the application had not read when the reset was sent.
import type { Case } from '../flow/case.ts'
import { sequenceDistance } from '../flow/states.ts'
import { calledBy } from './caller.ts'

/** States in which the peer's FIN was taken: it counts one in rcv_nxt, and in copied_seq only once it was read. */
const PEER_CLOSED = ['CLOSE_WAIT', 'LAST_ACK', 'CLOSING']

/** Bytes that were never read, as __tcp_close() counts them (net/ipv4/tcp.c): without the peer's FIN. 0 where not seen. */
export const unreadBytes = (reset: Case): number => unreadOf(reset) ?? 0

/** The same; null where the socket's numbers were not seen. */
export const unreadOf = ({ reset: { socket }, stateBefore }: Case): number | null => {
  if (socket?.rcv_nxt === undefined || socket.copied_seq === undefined) return null
  const distance = sequenceDistance(socket.rcv_nxt, socket.copied_seq)
  return PEER_CLOSED.includes(stateBefore ?? '') && distance > 0 ? distance - 1 : distance
}

/** Whether the peer's FIN was taken, and all before it was read. */
export const isFinAlone = ({ reset: { socket }, stateBefore }: Case): boolean =>
  PEER_CLOSED.includes(stateBefore ?? '') &&
  socket?.rcv_nxt !== undefined &&
  socket.copied_seq !== undefined &&
  sequenceDistance(socket.rcv_nxt, socket.copied_seq) === 1

/**
 * Whether __tcp_close() reset for unread data. It looks at that before anything else that it resets for. Where the state is not
 * known, one byte may be the peer's FIN.
 */
export const closedWithUnread = (reset: Case): boolean =>
  calledBy(reset) === 'close' && unreadBytes(reset) > (reset.stateBefore === null ? 1 : 0)

/** `17 bytes of the peer were unread: rcv_nxt 1000, copied_seq 983`. */
export const unreadText = (reset: Case): string => {
  const { socket } = reset.reset
  return `${unreadBytes(reset)} bytes of the peer were unread: rcv_nxt ${socket?.rcv_nxt}, copied_seq ${socket?.copied_seq}`
}
