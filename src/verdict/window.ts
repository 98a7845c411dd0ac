// SPDX-License-Identifier: MIT
// The arithmetic by which the kernel takes a RST or leaves it, modulo 2^32.
import { sequenceDistance } from '../flow/states.ts'
import type { Segment, Socket } from '../observation.ts'

const isAfter = (a: number, b: number) => sequenceDistance(a, b) > 0

/** Whether a RST is in the window, as tcp_in_window() has it (net/ipv4/tcp_minisocks.c): `[from, to)`, or at `to`. */
export const inWindow = ({ seq, length }: Segment, from: number, to: number) =>
  sequenceDistance(seq, from) === 0 ||
  (isAfter(seq + length, from) && isAfter(to, seq)) ||
  (sequenceDistance(seq, to) === 0 && length === 0)

/** `its seq 7 is 3 beyond rcv_nxt 4, and the window is 100 bytes`. */
export const numbersText = ({ seq }: Segment, { rcv_nxt, rcv_wnd }: Socket) =>
  `its seq ${seq} is ${distanceText(seq, rcv_nxt)} rcv_nxt ${rcv_nxt}${rcv_wnd === undefined ? '' : `, and the window is ${rcv_wnd} bytes`}`

const distanceText = (seq: number, rcv_nxt = 0) => {
  const distance = sequenceDistance(seq, rcv_nxt)
  return distance === 0 ? 'exactly' : `${Math.abs(distance)} ${distance > 0 ? 'beyond' : 'before'}`
}

/** Where the window begins and ends (include/net/tcp.h, tcp_receive_window). */
export const windowOf = ({ rcv_nxt = 0, rcv_wup = rcv_nxt, rcv_wnd = 0 }: Socket) => {
  const left = sequenceDistance(rcv_wup + rcv_wnd, rcv_nxt)
  return { from: rcv_wup, to: rcv_nxt + Math.max(left, 0) }
}

/** tcp_sequence() takes what ends not before the window begins, and begins not after it ends (net/ipv4/tcp_input.c). */
export const isAcceptable = ({ seq, length }: Segment, socket: Socket) => {
  const { from, to } = windowOf(socket)
  return sequenceDistance(seq + length, from) >= 0 && sequenceDistance(seq, to) <= 0
}
