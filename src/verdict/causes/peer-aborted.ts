// SPDX-License-Identifier: MIT
import type { Cause } from '../cause.ts'
import { explainObeyed, isBare, obeyedText } from '../obeyed.ts'
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
 * tcp_validate_incoming calls tcp_reset for a RST at rcv_nxt (net/ipv4/tcp_input.c). A RST with ACK is one that the
 * peer's kernel sent for a socket: tcp_send_active_reset sets ACK (net/ipv4/tcp_output.c).
 */
export const peerAborted = {
  cause,
  explain: (reset) =>
    explainObeyed(reset, (segment, socket) => {
      if (isBare(segment) || segment.seq !== socket.rcv_nxt) return undefined
      return likely(
        ...obeyedText(reset, socket),
        `its seq ${segment.seq} is exactly rcv_nxt and it acknowledges ${segment.ack}: so the peer still had its socket, and aborted`,
      )
    }),
} satisfies Rule
