// SPDX-License-Identifier: MIT
import type { Cause } from '../cause.ts'
import { hasSyn } from '../replied.ts'
import { doubted, type Rule } from '../rule.ts'
import { hasSomething, silenceDoubt, strayAfter, strayText } from '../stray.ts'

const cause = {
  id: 'bad-ack-to-listener',
  who: 'peer',
  outcome: 'sent',
  brief: 'an ACK to a listener without a handshake, or a wrong SYN cookie',
  means: 'An ACK that belongs to no handshake arrived at a listener, and the kernel answered it with RST.',
  usually: 'A scan; a SYN cookie that came too late; a connection from before a restart of the service or the host.',
  next: [
    'did the service or the host restart a moment ago?',
    'nstat -az TcpExtSyncookiesFailed; is the listener flooded?',
  ],
  rstReasons: ['TCP_FLAGS'],
} as const satisfies Cause

/**
 * tcp_rcv_state_process in LISTEN asks for a RST for each segment with ACK (net/ipv4/tcp_input.c). One with data, SYN or FIN ends
 * no handshake, nor does one of a connection that this host has had: those are `no-socket`.
 */
export const badAckToListener = {
  cause,
  explain: (reset) => {
    const stray = strayAfter(reset, 'nothing')
    if (stray === undefined || stray.listener === null || reset.past.ending !== null) return undefined
    if (hasSomething(stray.segment) || hasSyn(stray.segment)) return undefined
    return doubted(
      silenceDoubt(reset),
      'its ACK fits no handshake here',
      `${strayText(reset, stray)}: it belongs to no handshake, to one that was over here (net.ipv4.tcp_synack_retries), or is a wrong SYN cookie`,
    )
  },
} satisfies Rule
