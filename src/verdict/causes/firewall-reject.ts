// SPDX-License-Identifier: MIT
import { isRejectedHere } from '../../flow/rejected.ts'
import { stackText } from '../caller.ts'
import type { Cause } from '../cause.ts'
import { segmentText } from '../replied.ts'
import { certain, type Rule } from '../rule.ts'

const cause = {
  id: 'firewall-reject',
  who: 'local-firewall',
  outcome: 'sent',
  brief: "this host's firewall: REJECT with tcp-reset",
  means:
    'A firewall rule of this host, REJECT with tcp-reset, answered a segment with RST. For an incoming segment no socket was involved; for an outgoing one the socket here received the RST.',
  usually:
    'A rule of the administrator, of a container network policy, or of fail2ban; for a connection that this host opens, an egress rule.',
  next: [
    'nft list ruleset, or iptables-save | grep REJECT, for the rule that matches this tuple',
    'nft monitor trace, with meta nftrace set 1 on this port, names the rule',
  ],
} as const satisfies Cause

/** nf_send_reset makes the RST itself, without TCP (net/ipv4/netfilter/nf_reject_ipv4.c; nf_send_reset6 for IPv6). */
export const firewallReject = {
  cause,
  explain: (reset) =>
    reset.reset.fn === 'nf_send_reset' && reset.reset.segment !== null
      ? certain(
          isRejectedHere(reset.reset)
            ? 'a REJECT rule refused our own segment'
            : 'a REJECT rule here refused the segment',
          isRejectedHere(reset.reset)
            ? `netfilter's REJECT answered ${segmentText(reset.reset.segment)} that this host was sending (${stackText(reset)}): the segment never left, and the RST went to this host's own socket`
            : `netfilter's REJECT answered ${segmentText(reset.reset.segment)} (${stackText(reset)}): no socket was involved`,
        )
      : undefined,
} satisfies Rule
