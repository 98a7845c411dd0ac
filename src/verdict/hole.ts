// SPDX-License-Identifier: MIT
// The RST of a peer that aborts while bytes of it are lost comes beyond a hole: the kernel challenges it (RFC 5961), and a
// second RST, of the peer's kernel that no longer has the socket, replies to the challenge.
import type { Case } from '../flow/case.ts'
import { FLAG, sequenceDistance } from '../flow/states.ts'
import type { Kind } from '../observation.ts'
import { nanosecondsBetween } from '../time.ts'
import { isKernelReply, obeyedRst } from './obeyed.ts'
import { inWindow } from './window.ts'

/**
 * The first RST of such two, where the case is the second one; undefined when it is not. The peer's socket sent the first:
 * with ACK (net/ipv4/tcp_output.c, tcp_send_active_reset), from as far away as the second.
 */
export const rstBeyondHole = (reset: Case): Kind<'packet'> | undefined => {
  const found = obeyedRst(reset)
  if (found === undefined || !isKernelReply(found.segment, found.socket)) return undefined
  const { rcv_nxt, rcv_wnd } = found.socket
  if (rcv_nxt === undefined || rcv_wnd === undefined) return undefined
  return reset.others.findLast(
    ({ at, segment }) =>
      (segment.flags & FLAG.ack) !== 0 &&
      segment.ttl === found.segment.ttl &&
      nanosecondsBetween(reset.reset.at, at) > 0 &&
      sequenceDistance(segment.seq, rcv_nxt) > 0 &&
      inWindow(segment, rcv_nxt, rcv_nxt + rcv_wnd),
  )
}
