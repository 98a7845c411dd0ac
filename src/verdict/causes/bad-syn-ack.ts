// SPDX-License-Identifier: MIT
import type { Cause } from '../cause.ts'
import { hasSyn, repliedForSocket, segmentText } from '../replied.ts'
import { certain, type Rule } from '../rule.ts'

const cause = {
  id: 'bad-syn-ack',
  who: 'peer',
  outcome: 'sent',
  brief: "a SYN ACK that does not answer this host's SYN",
  means: "The SYN ACK that answered this host's SYN had a wrong ACK number or a timestamp of another connection.",
  usually:
    'The peer still has an old connection on this tuple because ports are reused too early, or a box on the path answers in its name.',
  next: [
    'sysctl net.ipv4.ip_local_port_range, and how fast ports are reused',
    'capture on both sides and compare the sequence numbers of the handshake',
  ],
  rstReasons: ['TCP_INVALID_ACK_SEQUENCE', 'TCP_RFC7323_PAWS'],
} as const satisfies Cause

/** tcp_rcv_synsent_state_process at reset_and_undo asks for a RST (net/ipv4/tcp_input.c). */
export const badSynAck = {
  cause,
  explain: (reset) => {
    const found = repliedForSocket(reset)
    if (found?.socket.state !== 'SYN_SENT') return undefined
    return certain(
      hasSyn(found.segment)
        ? 'the SYN ACK does not answer our SYN'
        : 'the peer still has an older connection on these ports',
      `${reset.reset.fn} ran for a socket in SYN_SENT`,
      `it answers ${segmentText(found.segment)}; this host's snd_nxt is ${found.socket.snd_nxt}: the ACK number or the timestamp does not fit this connection`,
      ...(hasSyn(found.segment)
        ? []
        : ['it has no SYN: so the peer has a connection of these two ends from before, open or in TIME_WAIT']),
    )
  },
} satisfies Rule
