// SPDX-License-Identifier: MIT
import type { Case } from '../../flow/case.ts'
import { sequenceDistance } from '../../flow/states.ts'
import type { Segment, Socket } from '../../observation.ts'
import { spanText, nanosecondsBetween } from '../../time.ts'
import type { Cause } from '../cause.ts'
import { rstBeyondHole } from '../hole.ts'
import { explainObeyed, isAtFin, isBare, obeyedText } from '../obeyed.ts'
import { likely, type Rule } from '../rule.ts'

const cause = {
  id: 'peer-aborted',
  who: 'peer-app',
  outcome: 'received',
  brief: "the peer's socket sent RST: its application or a timer aborted",
  means: "The peer's application, or one of its timers, ended the connection with RST.",
  usually: 'The peer closed with unread data, with SO_LINGER 0, was killed, or ran into its keep-alive timeout.',
  next: ['run trace-reset on the peer: it names which of these', "the peer's log at that moment"],
} as const satisfies Cause

/**
 * tcp_validate_incoming calls tcp_reset for a RST at rcv_nxt, or at the number of the peer's FIN (net/ipv4/tcp_input.c). A
 * RST with ACK is one that the peer's kernel sent for a socket: tcp_send_active_reset sets ACK (net/ipv4/tcp_output.c).
 */
export const peerAborted = {
  cause,
  explain: (reset) =>
    explainObeyed(reset, (segment, socket) => {
      const sign = abortSign(reset, segment, socket)
      return sign === undefined ? undefined : likely(sign.why, ...obeyedText(reset, socket), sign.because)
    }),
} satisfies Rule

/** What tells that the peer still had its socket when it sent RST; undefined when nothing does. */
const abortSign = (reset: Case, segment: Segment, socket: Socket): { why: string; because: string } | undefined => {
  if (isAtFin(segment, socket))
    return {
      why: 'the peer aborted after its FIN',
      because: `its seq ${segment.seq} is that of the peer's FIN, and rcv_nxt ${socket.rcv_nxt} comes after it: so the peer aborted after its FIN, as macOS does for a program that is interrupted`,
    }
  if (!isBare(segment) && segment.seq === socket.rcv_nxt)
    return {
      why: "the peer's program or a timer aborted",
      because: `its seq ${segment.seq} is exactly rcv_nxt and it acknowledges ${segment.ack}: so the peer still had its socket, and aborted`,
    }
  const first = rstBeyondHole(reset)
  if (first === undefined || socket.rcv_nxt === undefined) return undefined
  const hole = sequenceDistance(first.segment.seq, socket.rcv_nxt)
  return {
    why: 'the peer aborted, bytes lost on the way',
    because: `the first RST is the telling one: it came ${spanText(nanosecondsBetween(reset.reset.at, first.at))} earlier, with ACK and ${hole} bytes beyond rcv_nxt ${socket.rcv_nxt}, bytes that were lost on the way; this one replies to the challenge ACK for it`,
  }
}
