// SPDX-License-Identifier: MIT
// The RST that came in and that no full socket obeyed, where the kernel dropped it, and the socket that it did not end.
// mini.ts has the RSTs for request sockets and time-waits.
import { EARLY, isArrival, type Case } from '../flow/case.ts'
import type { Kind, Segment, Socket } from '../observation.ts'
import { certain, likely, type Evidence } from './rule.ts'

/**
 * The RST of a case whose only event is its arrival; undefined when the case is another one. That it was not obeyed is
 * the absence of an event: where events may have been lost, only the drop proves it.
 */
export const ignoredRst = ({ reset, drop, gaps }: Case): Segment | undefined =>
  isArrival(reset) && reset.segment !== null && (gaps.length === 0 || drop !== null) ? reset.segment : undefined

/** Evidence that is certain when the kernel was seen to drop the RST; its absence leaves a doubt. */
export const ignoredBecause = (reset: Case, why: string, ...because: string[]): Evidence =>
  reset.drop === null ? likely(why, ...because) : certain(why, ...because, ...dropText(reset))

/** Where and for what the kernel dropped the RST: a sentence, or none where no drop was seen. */
export const dropText = ({ drop }: Case): string[] =>
  drop === null ? [] : [`the kernel dropped it ${placeText(drop)}`]

/** The same of a RST of this host itself, which did not leave it. */
export const unsentText = ({ unsent }: Case): string[] =>
  unsent === null ? [] : [`${NOT_LEFT}: the kernel dropped it ${placeText(unsent)}`]

const NOT_LEFT = 'the RST did not leave this host'

/** Whether a verdict's evidence has that. */
export const didNotLeave = ({ because }: { because: readonly string[] }): boolean =>
  because.some((sentence) => sentence.startsWith(NOT_LEFT))

const placeText = ({ location, reason }: Kind<'call'>) =>
  `${location === null ? 'at an unknown place' : `in ${location}`}${reason === null ? '' : `: ${reason}`}`

/** Whether the RST was seen before it was known to be for this host. */
export const isEarly = ({ reset: { fn } }: Case): boolean => fn === EARLY

/**
 * Whether the kernel dropped it in a function that only segments with a socket reach: tcp_drop_reason and, before, tcp_drop are
 * called by these (net/ipv4/tcp_input.c), and are functions of their own where the compiler did not put them in.
 */
export const droppedBySocket = ({ drop }: Case): boolean => /^tcp_(v\d_do_rcv|rcv_|drop)/.test(drop?.location ?? '')

/** Whether a socket has no window to hold a RST against: mini.ts has the mini-sockets'; SYN_SENT has none yet, and
 * a listener never. */
export const hasNoWindow = ({ state }: Socket): boolean =>
  ['TIME_WAIT', 'NEW_SYN_RECV', 'SYN_SENT', 'LISTEN', 'CLOSE'].includes(state)

/** The connection that the RST did not end, as it was then or, over the loopback interface, right after. */
export const survivor = (reset: Case): Socket | undefined => {
  if (ignoredRst(reset) === undefined) return undefined
  const { socket } = reset.reset
  if (socket !== null) return socket.rcv_nxt === undefined || hasNoWindow(socket) ? undefined : socket
  const { found, state, rcv_nxt, rcv_wnd } = reset.after?.answer ?? {}
  if (found !== 'established' || state === undefined || rcv_nxt === undefined || rcv_wnd === undefined) return undefined
  const known = { sk: '0', state, rcv_nxt, rcv_wnd }
  return hasNoWindow(known) ? undefined : known
}
