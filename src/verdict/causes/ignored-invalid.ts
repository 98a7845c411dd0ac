// SPDX-License-Identifier: MIT
import { isByNetfilter } from '../../flow/case.ts'
import { isForUnknown } from '../../flow/decided.ts'
import type { Cause } from '../cause.ts'
import { dropText, hasNoWindow, ignoredRst } from '../ignored.ts'
import { certain, likely, type Rule } from '../rule.ts'
import { numbersText } from '../window.ts'

const cause = {
  id: 'ignored-invalid',
  who: 'unknown',
  outcome: 'ignored',
  brief: 'bad checksum, signature, TTL, policy or firewall rule',
  means:
    'A RST arrived and the kernel dropped it before it looked at the sequence number: bad checksum, signature, TTL, policy, or a firewall rule of this host.',
  usually:
    'A firewall rule that drops RSTs, or what conntrack takes for INVALID; a damaged packet, an attack on a protected connection (BGP), or a peer with another key.',
  next: [
    'nft list ruleset, or iptables-save -c: which rule of INPUT or PREROUTING drops it?',
    'nstat -az TcpInCsumErrors TcpExtTCPMD5NotFound TcpExtTCPMD5Failure TcpExtTCPMinTTLDrop',
    'ip xfrm policy; the keys (TCP_MD5SIG, TCP-AO) on both sides',
  ],
} as const satisfies Cause

/**
 * tcp_v4_rcv drops the segment before TCP looks at its number: checksum, ip_minttl, policy, signature, socket filter
 * (net/ipv4/tcp_ipv4.c; net/ipv6/tcp_ipv6.c). Or netfilter drops it before TCP sees it (net/netfilter/core.c, nf_hook_slow).
 */
export const ignoredInvalid = {
  cause,
  explain: (reset) => {
    const segment = ignoredRst(reset)
    if (segment === undefined || reset.drop === null) return undefined
    const { socket } = reset.reset
    if (isForUnknown(reset)) return undefined
    if (isByNetfilter(reset.drop))
      return {
        ...certain(
          'a firewall rule of this host dropped it',
          'netfilter dropped it before TCP saw it, by a rule of this network namespace',
          ...dropText(reset),
        ),
        who: 'local-firewall',
      }
    if (INVALID.test(reset.drop.reason ?? ''))
      return certain(
        `dropped at once for ${reset.drop.reason}`,
        'the kernel dropped it before it looked at the sequence number',
        ...dropText(reset),
      )
    if (socket?.min_ttl !== undefined && segment.ttl < socket.min_ttl) {
      return certain(
        `its TTL ${segment.ttl} is below the minimum set, ${socket.min_ttl}`,
        `its TTL is ${segment.ttl}, and the application accepts no less than ${socket.min_ttl} (RFC 5082)`,
        ...dropText(reset),
      )
    }
    // Whatever dropped it there, tcp_reset would have come next; the socket may be gone when the TCP hash is asked.
    if (reset.drop.reason === 'NO_SOCKET' || !/^tcp_v\d_rcv/.test(reset.drop.location ?? '')) return undefined
    if (socket === null || hasNoWindow(socket) || socket.rcv_nxt !== segment.seq) return undefined
    return likely(
      'exact but dropped: checksum or signature',
      `${numbersText(segment, socket)}: TCP would have obeyed it, had the kernel not dropped it earlier`,
      ...dropText(reset),
      'possible reasons: a bad checksum, a missing or wrong signature (RFC 2385, RFC 5925), a policy or a filter of the socket',
    )
  },
} satisfies Rule

/** Reasons of enum skb_drop_reason from before a RST's number is looked at (include/net/dropreason-core.h). */
const INVALID =
  /^(TCP_CSUM|TCP_MD5\w*|TCP_AO\w*|TCP_AUTH\w*|TCP_MINTTL|XFRM_POLICY|SOCKET_FILTER|SOCKET_BACKLOG|PSP_\w+)$/
