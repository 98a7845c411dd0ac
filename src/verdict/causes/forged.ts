// SPDX-License-Identifier: MIT
import type { Case } from '../../flow/case.ts'
import type { Cause } from '../cause.ts'
import { awaitsReply, isBare, isBoxReply, obeyedRst, obeyedText } from '../obeyed.ts'
import { likely, type Rule } from '../rule.ts'
import { hasForeignTtl } from '../ttl.ts'

const cause = {
  id: 'forged',
  who: 'middlebox',
  outcome: 'received',
  brief: 'another machine than the sender of its segments sent it',
  means: 'Another machine than the sender of the other segments sent the RST in the name of the peer.',
  usually:
    'A firewall, an intrusion prevention system, a censor, or another machine on the network; or the load balancer that owns the address, where servers answer directly.',
  next: [
    'run trace-reset on the peer: it did not send this RST',
    'compare the TTL with that of routers on the path (traceroute): it shows how far away the sender is',
  ],
} as const satisfies Cause

/** tcp_validate_incoming calls tcp_reset (net/ipv4/tcp_input.c) for a RST whose TTL the flow has never had. */
export const forged = {
  cause,
  explain: (reset) => {
    const found = obeyedRst(reset)
    if (found === undefined || !hasForeignTtl(reset) || isBoxReply(found.segment, found.socket)) return undefined
    const { segment, socket } = found
    const odd = [
      ...(awaitsReply(socket) || !isBare(segment)
        ? []
        : [
            `it has no ACK and answers nothing: all that this host had sent was acknowledged, snd_nxt ${socket.snd_nxt}`,
          ]),
      ...(isBare(segment) && segment.window !== 0
        ? [`its window is ${segment.window}; a kernel that replies with a RST without ACK sends window 0`]
        : []),
      ...burstText(reset),
    ]
    return likely(
      `another sender: TTL ${segment.ttl}, the flow has ${reset.reset.flow?.ttl}`,
      ...obeyedText(reset, socket),
      ...(odd.length > 0
        ? odd
        : ["nothing but its TTL is odd: a peer's RST may take another way than its segments did"]),
      'so another machine than the sender of those segments sent it in the name of the peer: on the path, or a load balancer that owns the address while the servers behind it answer for themselves (direct server return)',
    )
  },
} satisfies Rule

const burstText = ({ others }: Case) =>
  others.length === 0
    ? []
    : [
        `${others.length} more RSTs came within 2 s, with seq ${others.map(({ segment }) => segment.seq).join(', ')}: a sender that knows the number needs only one`,
      ]
