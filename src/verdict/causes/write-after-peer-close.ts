// SPDX-License-Identifier: MIT
import type { Cause } from '../cause.ts'
import { bytesInFlight, explainObeyed, isBare, isClosedByPeer, obeyedText } from '../obeyed.ts'
import { bytesText } from '../replied.ts'
import { likely, type Rule } from '../rule.ts'

const cause = {
  id: 'write-after-peer-close',
  who: 'local-app',
  outcome: 'received',
  brief: "this host went on writing after the peer's FIN",
  means: 'The peer had closed, this host went on sending, and the peer answered the data with RST.',
  usually: 'A request on a kept-alive connection that the peer had just closed; a response to a client that had left.',
  next: [
    'read (or poll for) end of file before reusing a connection; retry idempotent requests on a new one',
    'make the idle timeout here shorter than that of the peer',
  ],
} as const satisfies Cause

/** tcp_validate_incoming calls tcp_reset (net/ipv4/tcp_input.c) after the peer's FIN was taken: CLOSE_WAIT and on. */
export const writeAfterPeerClose = {
  cause,
  explain: (reset) =>
    explainObeyed(reset, (segment, socket) => {
      const unacknowledged = bytesInFlight(socket)
      if (!isClosedByPeer(socket) || unacknowledged <= 0) return undefined
      // Windows replies with ACK, and without a window; the RST of a socket, which was only half closed, has one.
      if (!isBare(segment) && segment.window !== 0) return undefined
      return likely(
        `${bytesText(unacknowledged)} went to a peer that had closed`,
        ...obeyedText(reset, socket),
        `the peer had sent FIN, and ${unacknowledged} bytes sent by this host were unacknowledged: snd_una ${socket.snd_una}, snd_nxt ${socket.snd_nxt}`,
      )
    }),
} satisfies Rule
