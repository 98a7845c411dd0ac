// SPDX-License-Identifier: MIT
import { sequenceDistance } from '../../flow/states.ts'
import type { Segment, Socket } from '../../observation.ts'
import { bytesText } from '../replied.ts'
import { ignoredBecause, ignoredRst, survivor } from '../ignored.ts'
import { requestTakes, requestText, rstForRequest } from '../mini.ts'
import type { Cause } from '../cause.ts'
import { certain, type Rule } from '../rule.ts'
import { isAcceptable, numbersText, windowOf } from '../window.ts'

const cause = {
  id: 'ignored-out-of-window',
  who: 'unknown',
  outcome: 'ignored',
  brief: 'its sequence number is outside the window',
  means: 'A RST arrived with a sequence number outside the window of the connection, and the kernel ignored it.',
  usually: 'An old or delayed RST; a blind attack; a box on the path that has lost track of the sequence numbers.',
  next: ['many of them with other TTLs than the flow has: a blind attack on connections (RFC 5961)'],
  dropReasons: ['TCP_INVALID_SEQUENCE', 'TCP_INVALID_END_SEQUENCE', 'TCP_OLD_SEQUENCE'],
} as const satisfies Cause

/**
 * tcp_validate_incoming drops a RST that tcp_sequence refuses (net/ipv4/tcp_input.c); tcp_check_req drops one that
 * tcp_in_window refuses (net/ipv4/tcp_minisocks.c).
 */
export const ignoredOutOfWindow = {
  cause,
  explain: (reset) => {
    const mini = rstForRequest(reset)
    if (mini !== undefined)
      return requestTakes(mini) ? undefined : certain(offText(mini.segment, mini.socket), requestText(mini))
    const segment = ignoredRst(reset)
    const socket = survivor(reset)
    if (segment === undefined || socket === undefined || isAcceptable(segment, socket)) return undefined
    const { from, to } = windowOf(socket)
    return ignoredBecause(
      reset,
      offText(segment, socket),
      `the socket was in ${socket.state}: ${numbersText(segment, socket)}; it accepts sequence numbers from ${from >>> 0} to ${to >>> 0}`,
      'tcp_reset did not run for it',
    )
  },
} satisfies Rule

const offText = ({ seq }: Segment, { rcv_nxt = seq }: Socket) => {
  const distance = sequenceDistance(seq, rcv_nxt)
  return `out of window: ${bytesText(Math.abs(distance))} too ${distance > 0 ? 'high' : 'low'}`
}
