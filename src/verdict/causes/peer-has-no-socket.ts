// SPDX-License-Identifier: MIT
import type { Socket } from '../../observation.ts'
import type { Cause } from '../cause.ts'
import { awaitsReply, explainObeyed, isKernelReply, obeyedText, repliesToNothing } from '../obeyed.ts'
import { likely, type Rule } from '../rule.ts'

const cause = {
  id: 'peer-has-no-socket',
  who: 'peer-kernel',
  outcome: 'received',
  brief: 'the peer, or a firewall before it, does not know the connection',
  means: 'The peer does not know the connection, or no longer, and answered a segment of this host with RST.',
  usually: 'The peer restarted, a load balancer moved or forgot the connection, or a firewall rejects with tcp-reset.',
  next: [
    'when did the peer boot, or its container start? who answers on that address now?',
    'idle timeouts of load balancers and NAT on the path; keepalive must be shorter (net.ipv4.tcp_keepalive_time)',
  ],
} as const satisfies Cause

/**
 * tcp_validate_incoming calls tcp_reset for a RST at rcv_nxt (net/ipv4/tcp_input.c). Its shape is that of a reply
 * without a socket: no ACK, window 0, as tcp_v4_send_reset of the peer's kernel makes it (net/ipv4/tcp_ipv4.c).
 */
export const peerHasNoSocket = {
  cause,
  explain: (reset) =>
    explainObeyed(reset, (segment, socket) => {
      if (!isKernelReply(segment, socket) || repliesToNothing(segment, socket)) return undefined
      return likely(
        'the peer, or a firewall, does not know it',
        ...obeyedText(reset, socket),
        `its window is 0 and its seq ${segment.seq} is the ACK that this host had sent: so a kernel without this socket replied, or a firewall that rejects`,
        ...handshakeText(socket),
      )
    }),
} satisfies Rule

const handshakeText = (socket: Socket): string[] => {
  if (socket.data_in !== 0) return []
  return [
    awaitsReply(socket)
      ? 'no data had come from the peer since its handshake: a server whose accept queue was full lets go of the connection like this, and so does a box that had answered the handshake in its place'
      : 'no data had come from the peer since its handshake: a server whose accept queue is full replies so (net.ipv4.tcp_abort_on_overflow=1), and a box that answers handshakes in its place',
  ]
}
