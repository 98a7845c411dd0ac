// SPDX-License-Identifier: MIT
import type { Cause } from '../cause.ts'
import { hasAck, hasHandshake, repliedForSocket, segmentText } from '../replied.ts'
import { certain, type Rule } from '../rule.ts'

const cause = {
  id: 'bad-ack-to-listener',
  who: 'peer',
  outcome: 'sent',
  brief: 'an ACK to a listener without a handshake, or a wrong SYN cookie',
  means: 'An ACK that belongs to no handshake arrived at a listener, and the kernel answered it with RST.',
  usually: 'A connection from before a restart of the service or the host; a SYN cookie that came too late; a scan.',
  next: [
    'did the service or the host restart a moment ago?',
    'nstat -az TcpExtSyncookiesFailed; is the listener flooded?',
  ],
  rstReasons: ['TCP_FLAGS'],
} as const satisfies Cause

/** tcp_rcv_state_process in LISTEN asks for a RST for each segment with ACK (net/ipv4/tcp_input.c). */
export const badAckToListener = {
  cause,
  explain: (reset) => {
    const found = repliedForSocket(reset)
    if (found?.socket.state !== 'LISTEN' || !hasAck(found.segment) || hasHandshake(reset)) return undefined
    if (found.caller === 'tcp_check_req') return undefined
    return certain(
      `${reset.reset.fn} ran for a listener, without a handshake with this peer`,
      `it answers ${segmentText(found.segment)}: an ACK that belongs to no handshake, or a wrong SYN cookie`,
    )
  },
} satisfies Rule
