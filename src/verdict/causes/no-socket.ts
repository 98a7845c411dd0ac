// SPDX-License-Identifier: MIT
import type { Cause } from '../cause.ts'
import { opensConnection, repliedWithoutSocket, segmentText } from '../replied.ts'
import { certain, type Rule } from '../rule.ts'

const cause = {
  id: 'no-socket',
  who: 'local-kernel',
  outcome: 'sent',
  brief: 'a segment for a connection that this host does not have',
  means: 'A segment came for a connection that this host does not have, and the kernel answered it with RST.',
  usually:
    'The connection is from before a restart, or was closed long ago. Or NAT lost its state, and the segment arrived with untranslated addresses or in the wrong network namespace.',
  next: [
    'conntrack -L -p tcp --orig-port-dst PORT, on each NAT box on the way: is the connection known?',
    'sysctl net.netfilter.nf_conntrack_tcp_be_liberal, and a rule that drops packets of ctstate INVALID',
  ],
  rstReasons: ['NO_SOCKET'],
  withoutSocket: true,
} as const satisfies Cause

/**
 * Any other segment than a SYN for which tcp_v4_rcv finds no socket: the same path as that of `no-listener`
 * (net/ipv4/tcp_ipv4.c, tcp_v4_rcv, no_tcp_socket; net/ipv6/tcp_ipv6.c).
 */
export const noSocket = {
  cause,
  explain: (reset) => {
    const trigger = repliedWithoutSocket(reset)
    if (trigger === undefined || opensConnection(trigger)) return undefined
    return certain(
      `${reset.reset.fn} ran without a socket, for ${segmentText(trigger)}: this host has no such connection`,
    )
  },
} satisfies Rule
