// SPDX-License-Identifier: MIT
import type { Case } from '../../flow/case.ts'
import { mayBeOwn } from '../../flow/rejected.ts'
import type { Cause } from '../cause.ts'
import { obeyedRst, obeyedText } from '../obeyed.ts'
import { likely, type Rule } from '../rule.ts'
import { ttlText } from '../ttl.ts'

const cause = {
  id: 'local-injection',
  who: 'local-firewall',
  outcome: 'received',
  brief: 'a program of this host wrote it in the name of the peer',
  means: 'A program of this host wrote the RST in the name of the peer: it came by lo.',
  usually: 'A firewall program on NFQUEUE, an intrusion prevention system (Suricata), tcpkill or ngrep on this host.',
  next: [
    'programs with a raw or packet socket: ss -wp; ss -0p',
    'queues to programs: nft list ruleset, or iptables-save, for queue or NFQUEUE',
  ],
} as const satisfies Cause

const WHY = 'it came by lo: a program here wrote it'

/** The index of lo in each network namespace (include/net/flow.h, LOOPBACK_IFINDEX). */
const LOOPBACK = 1

/**
 * A raw socket's packet for an address of this host goes out by lo and comes in by it (drivers/net/loopback.c,
 * loopback_xmit); tcp_reset runs as for any RST. A connection of this host to itself has all its segments there.
 */
export const localInjection = {
  cause,
  explain: (reset) => {
    if (reset.reset.fn !== 'tcp_reset' || reset.dev !== 'lo') return undefined
    return established(reset) ?? connecting(reset)
  },
} satisfies Rule

const established = (reset: Case) => {
  const { flowDev } = reset
  const found = obeyedRst(reset)
  if (found === undefined || flowDev === null || flowDev === 'lo') return undefined
  return likely(
    WHY,
    ...obeyedText(reset, found.socket),
    `it came by lo, and the segments of the connection come by ${flowDev}: so a program of this host wrote it`,
  )
}

// No segment of it has come. NAT of this host may have turned the SYN to this host itself: its own RST came back then.
const connecting = ({ reset }: Case) => {
  const { socket, segment, flow, own_rst } = reset
  const route = socket?.route
  if (socket?.state !== 'SYN_SENT' || route === undefined || route === LOOPBACK) return undefined
  if (own_rst === undefined || mayBeOwn(reset)) return undefined
  return likely(
    WHY,
    "tcp_reset ran for a RST while the socket was in SYN_SENT: the RST answers this host's SYN",
    ttlText(segment, flow),
    `it came by lo, the SYN had gone out by interface ${route}, and TCP and REJECT of this host had sent no RST: so a program of this host wrote it`,
  )
}
