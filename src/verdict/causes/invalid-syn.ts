// SPDX-License-Identifier: MIT
import type { Cause } from '../cause.ts'
import { hasSyn, repliedByRequest, segmentText } from '../replied.ts'
import { certain, type Rule } from '../rule.ts'

const cause = {
  id: 'invalid-syn',
  who: 'peer',
  outcome: 'sent',
  brief: 'a second SYN inside the window of a handshake',
  means: 'A second SYN, or a SYN ACK, fell into the window of a handshake that was under way.',
  usually: 'A NAT that reuses a port too early, or a client that sends its SYN again with another number.',
  next: ['which NAT is on the path, and how soon does it reuse ports?'],
  rstReasons: ['INVALID_SYN'],
} as const satisfies Cause

/** tcp_check_req at embryonic_reset, for a SYN inside the window of the request (net/ipv4/tcp_minisocks.c). */
export const invalidSyn = {
  cause,
  explain: (reset) => {
    const found = repliedByRequest(reset)
    if (found === undefined || !hasSyn(found.segment)) return undefined
    return certain(
      'a SYN fell into the window of a handshake',
      `${reset.reset.fn} ran in tcp_check_req: a handshake was under way for this 5-tuple, and ${segmentText(found.segment)} fell into its window`,
    )
  },
} satisfies Rule
