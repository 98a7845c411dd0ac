// SPDX-License-Identifier: MIT
import type { Cause } from '../cause.ts'
import { hasAck, hasHandshake, repliedForSocket, segmentText } from '../replied.ts'
import { certain, type Rule } from '../rule.ts'

const cause = {
  id: 'bad-ack-in-handshake',
  who: 'peer',
  outcome: 'sent',
  brief: "the peer acknowledged a SYN that is not this host's",
  means: 'During a handshake the peer acknowledged a SYN that this host had not sent.',
  usually:
    'A box on the path that rewrites sequence numbers or answers SYNs itself; two connections on one tuple behind a NAT.',
  next: ['capture on both sides and compare the sequence numbers of the handshake'],
  rstReasons: ['TCP_FLAGS', 'TCP_OLD_ACK', 'TCP_TOO_OLD_ACK', 'TCP_ACK_UNSENT_DATA'],
} as const satisfies Cause

const WHY = 'the peer acknowledged a SYN not sent here'

/**
 * For a request socket tcp_check_req gives an ACK with a wrong number to the listener (net/ipv4/tcp_minisocks.c), and
 * tcp_rcv_state_process in LISTEN asks for a RST. In SYN_RECV of a simultaneous open tcp_rcv_state_process asks for it
 * when tcp_ack refuses the number (net/ipv4/tcp_input.c).
 */
export const badAckInHandshake = {
  cause,
  explain: (reset) => {
    const found = repliedForSocket(reset)
    if (found === undefined || !hasAck(found.segment)) return undefined
    if (found.socket.state === 'SYN_RECV') {
      return certain(
        WHY,
        `${reset.reset.fn} ran for a socket in SYN_RECV: both ends had sent SYN`,
        `it answers ${segmentText(found.segment)}: it does not acknowledge this host's SYN, which has snd_una ${found.socket.snd_una} and snd_nxt ${found.socket.snd_nxt}`,
      )
    }
    // tcp_check_req itself never resets for the number of an ACK.
    if (found.socket.state !== 'LISTEN' || !hasHandshake(reset) || found.caller === 'tcp_check_req') return undefined
    return certain(
      WHY,
      `${reset.reset.fn} ran for a listener, which had a handshake with this peer under way`,
      `it answers ${segmentText(found.segment)}: it acknowledges a SYN that this host had not sent`,
    )
  },
} satisfies Rule
