// SPDX-License-Identifier: MIT
// tcp_reset also runs for data that comes after close(), a segment without RST. That opens no case: it belongs to the RST
// with which this host replies to the same segment.
import type { Kind } from '../observation.ts'
import { nanosecondsBetween } from '../time.ts'
import { isRst, sameSegment } from './segment.ts'

/** Whether tcp_reset ran though no RST came in. */
export const isTrap = (reset: Kind<'reset'>): boolean =>
  reset.fn === 'tcp_reset' && !isRst(reset.segment) && !mustBeRst(reset)

/**
 * Whether a reset without its segment must be of a RST. The state tells: data after close ends no connection that its
 * application has not closed, at least for reading (net/ipv4/tcp_input.c, tcp_rcv_state_process).
 */
export const mustBeRst = ({ segment, socket }: Kind<'reset'>): boolean =>
  segment === null && ['SYN_SENT', 'SYN_RECV', 'ESTABLISHED'].includes(socket?.state ?? '')

/** How long after tcp_reset the reply to the same segment may come, in nanoseconds, and to one of which only the socket is known. */
const REPLY_NS = 1_000_000_000
const REPLY_BY_SOCKET_NS = 50_000_000

/** Whether the trap is for the segment of this reply. On 5.10 tcp_reset does not get the segment, and the socket tells. */
export const isTrapOf = (trap: Kind<'reset'>, { at, segment, socket }: Kind<'reset'>): boolean => {
  if (segment === null || isStale(trap, at)) return false
  return trap.segment === null
    ? trap.socket?.sk === socket?.sk && nanosecondsBetween(at, trap.at) < REPLY_BY_SOCKET_NS
    : sameSegment(trap.segment, segment)
}

/** Whether the trap is too old for any reply. */
export const isStale = (trap: Kind<'reset'>, now: Kind<'reset'>['at']): boolean =>
  nanosecondsBetween(now, trap.at) >= REPLY_NS
