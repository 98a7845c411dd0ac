// SPDX-License-Identifier: MIT
import { sequenceDistance } from '../../flow/states.ts'
import type { Segment, Socket } from '../../observation.ts'
import { ignoredBecause, ignoredRst, survivor } from '../ignored.ts'
import { requestTakes, requestText, rstForRequest } from '../mini.ts'
import type { Cause } from '../cause.ts'
import { certain, type Rule } from '../rule.ts'
import { isAcceptable, numbersText } from '../window.ts'

const cause = {
  id: 'ignored-challenge-ack',
  who: 'unknown',
  outcome: 'ignored',
  brief: 'its sequence number is in the window but not exact (RFC 5961)',
  means:
    'A RST arrived with a sequence number that is in the window but not exact, and the kernel challenged the peer with an ACK (RFC 5961).',
  usually: 'The peer aborted with data still in flight, and will send a second, exact RST. Otherwise an attack.',
  next: ['nstat -az TcpExtTCPChallengeACK; a real peer follows with a second RST at the exact number'],
  dropReasons: ['TCP_RESET'],
} as const satisfies Cause

/**
 * tcp_validate_incoming calls tcp_send_challenge_ack for a RST in the window that is not at rcv_nxt
 * (net/ipv4/tcp_input.c). Later kernels of each series do so in tcp_check_req too, and the request stays.
 */
export const ignoredChallengeAck = {
  cause,
  explain: (reset) => {
    const mini = rstForRequest(reset)
    if (mini !== undefined) {
      const survived = reset.after?.answer.found === 'request' && mini.segment.seq !== mini.socket.rcv_nxt
      if (!survived || !requestTakes(mini)) return undefined
      return certain(
        offText(mini.segment, mini.socket),
        requestText(mini),
        'the request socket is still there: the kernel challenged the peer to send the exact number (RFC 5961)',
      )
    }
    const segment = ignoredRst(reset)
    const socket = survivor(reset)
    if (segment === undefined || socket === undefined) return undefined
    if (!isAcceptable(segment, socket) || segment.seq === socket.rcv_nxt) return undefined
    return ignoredBecause(
      reset,
      offText(segment, socket),
      `the socket was in ${socket.state}: ${numbersText(segment, socket)}`,
      'tcp_reset did not run for it: the kernel answers a RST that is in the window but not exact with a challenge ACK (RFC 5961, section 3.2)',
    )
  },
} satisfies Rule

const offText = ({ seq }: Segment, { rcv_nxt = seq }: Socket) =>
  `its seq is ${Math.abs(sequenceDistance(seq, rcv_nxt))} off: peer challenged`
