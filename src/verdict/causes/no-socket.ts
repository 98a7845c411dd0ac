// SPDX-License-Identifier: MIT
import type { Case } from '../../flow/case.ts'
import type { Ending } from '../../flow/past.ts'
import type { Cause } from '../cause.ts'
import { closerText } from '../closer.ts'
import { endingOf, neverSentText } from '../ending.ts'
import { hasSyn } from '../replied.ts'
import { doubted, type Rule } from '../rule.ts'
import { agoText, hasSomething, silenceDoubt, strayAfter, strayText } from '../stray.ts'

const cause = {
  id: 'no-socket',
  who: 'local-kernel',
  outcome: 'sent',
  brief: 'a segment for a connection that this host does not have',
  means: 'A segment came for a connection that this host does not have, and the kernel answered it with RST.',
  usually:
    'The connection is from before a restart, or was closed long ago. Or NAT lost its state, and the segment arrived with untranslated addresses or in the wrong network namespace.',
  next: [
    'conntrack -L -p tcp --orig-port-dst PORT, on each NAT box on the way: is the connection known?',
    'sysctl net.netfilter.nf_conntrack_tcp_be_liberal, and a rule that drops packets of ctstate INVALID',
  ],
  rstReasons: ['NO_SOCKET'],
  withoutSocket: true,
} as const satisfies Cause

/** How long a handshake may last that the trace has not seen begin, in seconds: with tcp_synack_retries of 5, 63 s. */
const HANDSHAKE_S = 130

/**
 * Any other segment than a SYN for which tcp_v4_rcv finds no socket: the same path as that of `no-listener`
 * (net/ipv4/tcp_ipv4.c, tcp_v4_rcv, no_tcp_socket; net/ipv6/tcp_ipv6.c). Where a listener has the port it finds that, and
 * tcp_rcv_state_process asks for the RST: an ACK alone may belong to a handshake, and is `bad-ack-to-listener`.
 */
export const noSocket = {
  cause,
  explain: (reset) => {
    const stray = strayAfter(reset, 'nothing')
    if (stray === undefined) return undefined
    const { ending, handshake } = reset.past
    const isForNone = hasSomething(stray.segment) || hasSyn(stray.segment)
    if (stray.listener !== null && ending === null && !isForNone) return undefined
    const why = ending === null ? 'this host has no such connection' : endedText(reset, ending)
    const because = [
      `${strayText(reset, stray)}: this host has no such connection`,
      ...(ending === null ? neverSentText(reset, stray) : endingOf(reset, ending)),
    ]
    const doubts = silenceDoubt(reset)
    if (stray.listener === null) return doubted(doubts, why, ...because)
    const rstReasons = ['TCP_FLAGS']
    if (hasSyn(stray.segment)) return { ...doubted(doubts, why, ...because), rstReasons }
    const isOld = reset.traced !== null && reset.reset.at.s - reset.traced.s > HANDSHAKE_S
    if (ending !== null || (handshake === null && isOld)) return { ...doubted(doubts, why, ...because), rstReasons }
    doubts.push('a handshake that the kernel dropped or forgot would look the same, as with TCP_DEFER_ACCEPT')
    return { ...doubted(doubts, 'no connection here, unless its handshake was dropped', ...because), rstReasons }
  },
} satisfies Rule

const endedText = (reset: Case, { closed, shut }: Ending) =>
  shut === null
    ? `it had ended here ${agoText(reset, closed)}`
    : `${closerText(shut.task)} had closed it ${agoText(reset, shut)}`
