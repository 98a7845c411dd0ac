// SPDX-License-Identifier: MIT
import type { Cause } from '../cause.ts'
import { certain, type Rule } from '../rule.ts'

const cause = {
  id: 'connection-refused',
  who: 'peer-kernel',
  outcome: 'received',
  brief: "the peer, or a firewall before it, answered this host's SYN with RST",
  means: "The peer answered this host's SYN with RST.",
  usually: 'Nothing listens there on that port, or a firewall rejects with tcp-reset.',
  next: [
    'on the peer: ss -ltn "sport = :PORT"',
    'on the peer and on the path: nft list ruleset, or iptables-save, for REJECT with tcp-reset',
  ],
} as const satisfies Cause

/** tcp_rcv_synsent_state_process calls tcp_reset for a RST that acknowledges the SYN (net/ipv4/tcp_input.c). */
export const connectionRefused = {
  cause,
  explain: ({ reset: { fn, socket, segment } }) => {
    if (fn !== 'tcp_reset' || socket?.state !== 'SYN_SENT') return undefined
    return certain(
      "tcp_reset ran for a RST while the socket was in SYN_SENT: the RST answers this host's SYN",
      ...(segment === null ? [] : [`it acknowledges ${segment.ack}, and snd_nxt is ${socket.snd_nxt}`]),
    )
  },
} satisfies Rule
