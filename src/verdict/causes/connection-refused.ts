// SPDX-License-Identifier: MIT
import type { Cause } from '../cause.ts'
import { certain, likely, type Rule } from '../rule.ts'
import { hasForeignTtl, ttlText } from '../ttl.ts'

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

/**
 * tcp_rcv_synsent_state_process calls tcp_reset for a RST that acknowledges the SYN (net/ipv4/tcp_input.c). That is certain;
 * who replied is not, since no segment of the peer has come before.
 */
export const connectionRefused = {
  cause,
  explain: (reset) => {
    const { fn, socket, segment, flow } = reset.reset
    if (fn !== 'tcp_reset' || socket?.state !== 'SYN_SENT') return undefined
    const because = [
      "tcp_reset ran for a RST while the socket was in SYN_SENT: the RST answers this host's SYN",
      ...(segment === null ? [] : [`it acknowledges ${segment.ack}, and snd_nxt is ${socket.snd_nxt}`]),
    ]
    if (hasForeignTtl(reset))
      return likely(
        'refused, perhaps by a box before the peer',
        ...because,
        ttlText(segment, flow),
        'so it may be of a box that answers for the peer',
      )
    // On 5.10 tcp_reset does not get the segment: where its arrival is lost, nothing tells that it did not come by lo.
    if (segment === null && reset.dev === null)
      return likely(
        'refused by the peer or a box before it',
        ...because,
        'the interface that it came by was not seen: by lo it would be of a program of this host',
      )
    return certain(
      'refused by the peer or a box before it',
      ...because,
      "the peer's kernel replies so, or a box that answers for it: a firewall, a load balancer",
    )
  },
} satisfies Rule
