// SPDX-License-Identifier: MIT
// The RST that came in for a mini-socket, which tcp_reset never sees, and whether the mini-socket takes it.
import type { Case } from '../flow/case.ts'
import { sequenceDistance } from '../flow/states.ts'
import type { Segment, Socket } from '../observation.ts'
import { hasAck } from './replied.ts'
import { inWindow, numbersText } from './window.ts'

type Mini = { segment: Segment; socket: Socket }

/** The RST that tcp_check_req got, and the request socket; undefined when the case is another one. */
export const rstForRequest = (reset: Case): Mini | undefined => rstIn(reset, 'tcp_check_req')

/** The RST that tcp_timewait_state_process got, and the time-wait; undefined when the case is another one. */
export const rstForTimeWait = (reset: Case): Mini | undefined => rstIn(reset, 'tcp_timewait_state_process')

const rstIn = ({ reset }: Case, fn: string): Mini | undefined =>
  reset.fn === fn && reset.segment !== null && reset.socket !== null
    ? { segment: reset.segment, socket: reset.socket }
    : undefined

/** Whether it has the very number that the mini-socket waits for. */
export const isExact = ({ segment, socket }: Mini): boolean => segment.seq === socket.rcv_nxt

/** Whether the window of a request socket takes the RST. */
export const requestTakes = ({ segment, socket: { rcv_nxt = segment.seq, rcv_wnd = 0 } }: Mini): boolean =>
  inWindow(segment, rcv_nxt, rcv_nxt + rcv_wnd)

/**
 * Whether the RST acknowledges another number than that of the SYN ACK. tcp_check_req gives such a segment to the listener, and
 * later releases (6.1.192, 6.12.118, 7.2) obey it first where its own number is exact (net/ipv4/tcp_minisocks.c). False where the
 * SYN ACK's number is not known.
 */
export const acknowledgesAnother = ({ segment, socket: { snt_isn } }: Mini): boolean =>
  snt_isn !== undefined && hasAck(segment) && sequenceDistance(segment.ack, snt_isn) !== 1

/** Whether the look-up right after shows that the handshake goes on, or that a connection came of it. */
export const handshakeGoesOn = ({ after }: Case): boolean =>
  after?.answer.found === 'request' || after?.answer.found === 'established'

/** What a verdict says of a RST for a request socket, with the numbers. */
export const requestText = ({ segment, socket }: Mini): string =>
  `tcp_check_req ran for a RST against a request socket: ${numbersText(segment, socket)}`

/**
 * Whether a time-wait takes the RST. One that stands for an orphan in FIN_WAIT2 is ended by any RST in its window,
 * another one by the exact number alone (net/ipv4/tcp_minisocks.c, tcp_timewait_state_process).
 */
export const timeWaitTakes = ({ segment, socket: { substate, rcv_nxt = segment.seq, rcv_wnd = 0 } }: Mini): boolean =>
  substate === 'FIN_WAIT2' ? inWindow(segment, rcv_nxt, rcv_nxt + rcv_wnd) : segment.seq === rcv_nxt

/** The same sentence as requestText, for a time-wait and its substate. */
export const timeWaitText = ({ segment, socket }: Mini): string =>
  `tcp_timewait_state_process ran for a RST against a time-wait in ${socket.substate}: ${numbersText(segment, socket)}`
