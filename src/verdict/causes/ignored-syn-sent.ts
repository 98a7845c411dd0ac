// SPDX-License-Identifier: MIT
import { FLAG } from '../../flow/states.ts'
import type { Cause } from '../cause.ts'
import { ignoredBecause, ignoredRst } from '../ignored.ts'
import type { Rule } from '../rule.ts'

const cause = {
  id: 'ignored-syn-sent',
  who: 'unknown',
  outcome: 'ignored',
  brief: "does not acknowledge this host's SYN",
  means: 'A RST arrived while this host was connecting, and it did not acknowledge the SYN.',
  usually: 'An old or a blind RST; a box on the path that answers without having seen the SYN.',
  next: ['capture on both sides: who sends it?'],
} as const satisfies Cause

/** tcp_rcv_synsent_state_process drops a RST that does not acknowledge the SYN (net/ipv4/tcp_input.c). */
export const ignoredSynSent = {
  cause,
  explain: (reset) => {
    const segment = ignoredRst(reset)
    const { socket } = reset.reset
    const state = socket?.state ?? reset.after?.answer.state
    if (segment === undefined || state !== 'SYN_SENT') return undefined
    const snd_nxt = socket?.snd_nxt ?? reset.after?.answer.snd_nxt
    const acknowledges = (segment.flags & FLAG.ack) !== 0
    if (acknowledges && segment.ack === snd_nxt) return undefined
    return ignoredBecause(
      reset,
      'it does not acknowledge our SYN',
      acknowledges
        ? `the socket is in SYN_SENT and has sent up to ${snd_nxt}, and the RST acknowledges ${segment.ack}`
        : 'the socket is in SYN_SENT, and the RST acknowledges nothing',
    )
  },
} satisfies Rule
