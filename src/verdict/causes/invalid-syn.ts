// SPDX-License-Identifier: MIT
import type { Cause } from '../cause.ts'
import { hasSyn, repliedByRequest, segmentText } from '../replied.ts'
import { certain, type Rule } from '../rule.ts'

const cause = {
  id: 'invalid-syn',
  who: 'peer',
  outcome: 'sent',
  brief: 'a SYN inside the window of a handshake',
  means: 'A second SYN, or a SYN ACK, fell into the window of a handshake that was under way.',
  usually:
    'A NAT that gives a port to another connection too early, or a SYN that was sent twice with different numbers.',
  next: ['which NAT is on the way, and how soon does it use ports again?'],
  rstReasons: ['INVALID_SYN'],
} as const satisfies Cause

/** tcp_check_req at embryonic_reset, for a SYN inside the window of the request (net/ipv4/tcp_minisocks.c). */
export const invalidSyn = {
  cause,
  explain: (reset) => {
    const found = repliedByRequest(reset)
    if (found === undefined || !hasSyn(found.segment)) return undefined
    return certain(
      `${reset.reset.fn} ran in tcp_check_req: a handshake was under way for this 5-tuple, and ${segmentText(found.segment)} fell into its window`,
    )
  },
} satisfies Rule
