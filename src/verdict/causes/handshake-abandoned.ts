// SPDX-License-Identifier: MIT
import type { Case } from '../../flow/case.ts'
import type { Cause } from '../cause.ts'
import { acknowledgesAnother, isExact, requestTakes, requestText, rstForRequest } from '../mini.ts'
import { isBare } from '../obeyed.ts'
import { certain, likely, type Rule } from '../rule.ts'

const cause = {
  id: 'handshake-abandoned',
  who: 'peer',
  outcome: 'received',
  brief: 'the peer ended a handshake: a scanner, a health check',
  means: 'The peer ended a handshake with RST before it was complete.',
  usually:
    'A scanner or a health check that only tests whether a port is open; a client that gave up before the SYN ACK arrived.',
  next: [
    'who is the peer? if it is a load balancer, how does it check health?',
    'if clients give up: how long does the SYN ACK take, is it sent again (nstat -az TcpRetransSegs)?',
  ],
} as const satisfies Cause

const WHY = 'the peer gave up the handshake'

/** Whether the segment was dropped right after tcp_check_req had it, and no listener got it (net/ipv4/tcp_ipv4.c, tcp_v4_rcv). */
const isTaken = ({ drop }: Case) => drop !== null && /^tcp_v[46]_rcv$/.test(drop.location ?? '')

/**
 * tcp_check_req drops the request for a RST in its window (net/ipv4/tcp_minisocks.c). In SYN_RECV of a simultaneous
 * open tcp_validate_incoming calls tcp_reset (net/ipv4/tcp_input.c).
 */
export const handshakeAbandoned = {
  cause,
  explain: (reset) => {
    const { fn, socket, stack } = reset.reset
    if (fn === 'tcp_reset' && socket?.state === 'SYN_RECV') {
      return certain(
        WHY,
        'tcp_reset ran for a RST while the socket was in SYN_RECV: the peer ends the handshake',
        ...(stack.includes('tcp_check_req')
          ? ['tcp_check_req called it: by TCP Fast Open the application may have had the data of the SYN already']
          : []),
      )
    }
    const mini = rstForRequest(reset)
    const found = reset.after?.answer.found ?? null
    if (mini === undefined || found === 'request' || !requestTakes(mini)) return undefined
    // 6.12.118 looks at a RST of the exact number before it looks at the ACK, and releases before did not. The place where it was
    // dropped tells: tcp_v4_rcv itself, for tcp_check_req had taken it. That nothing is found proves little: a connection may
    // have come of the handshake, and gone, before the look-up.
    if (acknowledgesAnother(mini) && !(isExact(mini) && isTaken(reset) && found !== 'established')) return undefined
    // Later kernels of each series challenge all but the exact number, and the look-up tells.
    if (!isExact(mini) && found === null) return undefined
    const because = [requestText(mini), 'so the handshake that this host had answered with SYN-ACK is over']
    // Without that number one that acknowledges another would look the same, and it ends nothing.
    const isKnown = isBare(mini.segment) || mini.socket.snt_isn !== undefined || found !== null
    return isKnown ? certain(WHY, ...because) : likely(WHY, ...because)
  },
} satisfies Rule
