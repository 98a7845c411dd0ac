// SPDX-License-Identifier: MIT
// Which segment a reply RST answers, and for which socket: tcp_v4_send_reset and tcp_v6_send_reset.
import { isAnswer, type Case } from '../flow/case.ts'
import { FLAG, flagNames } from '../flow/states.ts'
import type { Segment, Socket } from '../observation.ts'

/** The segment that a RST without a socket answers; undefined when the case is another one. */
export const repliedWithoutSocket = ({ reset }: Case): Segment | undefined =>
  isAnswer(reset) && reset.socket === null && reset.segment !== null ? reset.segment : undefined

/** The socket, the segment that its RST answers, and the function that called for the RST. */
type Replied = { socket: Socket; segment: Segment; caller: string }

/** What a RST for a socket answers; undefined when the case is another one. */
export const repliedForSocket = ({ reset }: Case): Replied | undefined =>
  isAnswer(reset) && reset.socket !== null && reset.segment !== null
    ? { socket: reset.socket, segment: reset.segment, caller: reset.stack[1] ?? '' }
    : undefined

/**
 * The same when tcp_check_req called for the RST (net/ipv4/tcp_minisocks.c). It does so for a SYN in the window of a
 * handshake, and when the connection that the handshake made found no place in the accept queue.
 */
export const repliedByRequest = (reset: Case): Replied | undefined => {
  const found = repliedForSocket(reset)
  return found?.caller === 'tcp_check_req' ? found : undefined
}

/** Whether a handshake of the listener with this peer was under way: seen in tcp_check_req, or looked up. */
export const hasHandshake = ({ reset: { socket }, after }: Case): boolean =>
  socket?.request === true || after?.answer.found === 'request'

/** Whether the segment asks for a new connection: SYN without ACK. */
export const opensConnection = ({ flags }: Segment): boolean => (flags & (FLAG.syn | FLAG.ack)) === FLAG.syn

export const hasSyn = ({ flags }: Segment): boolean => (flags & FLAG.syn) !== 0
export const hasAck = ({ flags }: Segment): boolean => (flags & FLAG.ack) !== 0

/** `1 byte`, `19 bytes`. */
export const bytesText = (count: number): string => `${count} byte${count === 1 ? '' : 's'}`

/** `a segment with PSH ACK, seq 1000, ack 2000 and 5 bytes of data`. */
export const segmentText = ({ flags, seq, ack, length }: Segment): string =>
  `a segment with ${flagNames(flags)}, seq ${seq}, ack ${ack} and ${length} bytes of data`
