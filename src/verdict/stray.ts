// SPDX-License-Identifier: MIT
// A segment of no connection that this host has: it met no socket at all, or a listener that has no handshake with its peer.
// What this host had done with the connection before says why; the rules share it out here, so that no two take one case.
import { isAnswer, type Case } from '../flow/case.ts'
import { FLAG, sequenceDistance } from '../flow/states.ts'
import type { Segment, Socket } from '../observation.ts'
import { nanosecondsBetween, spanText } from '../time.ts'
import { isMptcp } from './caller.ts'
import { hasAck, hasHandshake, hasSyn, opensConnection, segmentText } from './replied.ts'
import { boundSocket, outsideVrf } from './wrongDevice.ts'

/** The segment, and the listener that it met, if any. */
export type Stray = { segment: Segment; listener: Socket | null }

/** The segment that no socket of its own took; undefined when the case is another one. */
export const strayOf = (reset: Case): Stray | undefined => {
  const { segment, socket, stack } = reset.reset
  if (!isAnswer(reset.reset) || segment === null || opensConnection(segment)) return undefined
  if (socket === null) return { segment, listener: null }
  if (socket.state !== 'LISTEN' || !hasAck(segment) || hasHandshake(reset)) return undefined
  if (stack[1] === 'tcp_check_req' || isMptcp(stack[1])) return undefined
  return { segment, listener: socket }
}

/**
 * What was before such a segment: its socket is bound to another interface, `elsewhere`; connect() was `abandoned`; the `listener` of its handshake closed, or the accept `queue`
 * was full; the application had closed, and this is the `tail`; or it is a FIN for which there was `no time-wait`.
 */
export type Before = 'elsewhere' | 'abandoned' | 'listener' | 'queue' | 'tail' | 'no time-wait' | 'nothing'

/** The stray and what was before it; undefined when the case is another one. */
export const strayAfter = (reset: Case, before: Before): Stray | undefined => {
  const stray = strayOf(reset)
  return stray !== undefined && whatWasBefore(reset, stray) === before ? stray : undefined
}

const whatWasBefore = (reset: Case, stray: Stray): Before => {
  const { handshake } = reset.past
  // That no connection came of it, that none was here, or that no RST went before, is no more than silence: where events were
  // lost it says nothing.
  const isWhole = reset.gaps.length === 0
  if (stray.listener === null && (boundSocket(reset) ?? outsideVrf(reset)) !== undefined) return 'elsewhere'
  if (handshake !== null && isWhole && isOfHandshake(reset, stray)) {
    const { dropped, listenersClosed } = handshake
    // The listener that dropped its ACK had the handshake, or the one that its request socket was of, and no other.
    const holder = dropped?.socket ?? handshake.syn.socket
    const lost = listenersClosed.filter(({ sk }) => holder === undefined || holder.sk === sk)
    if (lost.length > 0) return 'listener'
    if (dropped !== null) return 'queue'
  }
  if (isAbandoned(reset, stray)) return 'abandoned'
  if (isTail(reset, stray)) return isWhole && hadNoTimeWait(reset, stray) ? 'no time-wait' : 'tail'
  const isAwaited = isOfHandshake(reset, stray) || hasSomething(stray.segment)
  return isWhole && reset.past.ending === null && isAwaited && meetsFullQueue(reset, stray) ? 'queue' : 'nothing'
}

/** How far after its SYN a client's segment may be, in bytes: more than it may send without an answer. */
const MOST_SENT = 1 << 20

// Nothing was taken of what the client sent after its SYN: all of it is from there on.
const isOfHandshake = ({ past: { handshake } }: Case, { segment }: Stray) => {
  if (handshake === null || hasSyn(segment) || !hasAck(segment)) return false
  const sent = sequenceDistance(segment.seq, handshake.syn.segment.seq + 1)
  return sent >= 0 && sent < MOST_SENT
}

/** Whether the accept queue is full as the RST is sent; a look-up's answer may be of another member of a SO_REUSEPORT group. */
const meetsFullQueue = ({ after }: Case, { listener }: Stray) =>
  listener?.limit !== undefined && (listener.backlog ?? 0) > listener.limit && after?.answer.reuseport !== true

// A connect() that failed of itself, by a timer or ICMP, was not given up by anybody.
const isAbandoned = ({ past: { ending } }: Case, { segment, listener }: Stray) =>
  listener === null &&
  hasSyn(segment) &&
  hasAck(segment) &&
  ending?.closed.from === 'SYN_SENT' &&
  (ending.closed.sk_err ?? 0) === 0

/** Whether the segment has something for an application: data, or a FIN. */
export const hasSomething = ({ flags, length }: Segment): boolean => length > 0 || (flags & FLAG.fin) !== 0

/** Where a connection ends that an application closed before its peer did. */
const CLOSED_FIRST = ['FIN_WAIT1', 'FIN_WAIT2', 'CLOSING']

const isTail = ({ past: { ending } }: Case, { segment }: Stray) =>
  hasSomething(segment) &&
  ending !== null &&
  ending.shut !== null &&
  !ending.rstSince &&
  // What ended by a timer or by ICMP may have been shut down for writing only.
  (ending.closed.sk_err ?? 0) === 0 &&
  CLOSED_FIRST.includes(ending.closed.from)

/**
 * tcp_fin_timeout, where nobody has set it: for so long a time-wait waits for the peer's FIN. In nanoseconds. Asked where nothing
 * tells whether there was a time-wait.
 */
const FIN_TIMEOUT_NS = 60_000_000_000

const hadNoTimeWait = (reset: Case, stray: Stray) => {
  const { closed } = reset.past.ending ?? {}
  return isFinAfterClose(reset, stray) && (closed?.no_time_wait ?? isOwedToTimeWait(reset, stray))
}

/** Whether a time-wait would have taken the segment, had it been there as long as by default. */
export const isOwedToTimeWait = (reset: Case, stray: Stray): boolean =>
  isFinAfterClose(reset, stray) &&
  nanosecondsBetween(reset.reset.at, reset.past.ending?.closed.at ?? reset.reset.at) < FIN_TIMEOUT_NS

const isFinAfterClose = ({ past: { ending } }: Case, { segment }: Stray) =>
  segment.length <= 0 && ending?.closed.from === 'FIN_WAIT2'

/** `tcp_v4_send_reset ran without a socket, for a segment with ACK, ...`. */
export const strayText = ({ reset }: Case, { segment, listener }: Stray): string =>
  `${reset.fn} ran ${listener === null ? 'without a socket' : 'for a listener without a handshake with this peer'}, for ${segmentText(segment)}`

/**
 * Sentences where nothing is known of what this host had done with the connection before, and something was lost in the trace, or
 * forgotten in the kernel: that leaves a doubt. None where nothing was, or where its end here is known.
 */
export const silenceDoubt = (reset: Case): string[] => {
  const { ending, forgotBefore } = reset.past
  if (ending !== null) return []
  return [
    ...(reset.lossBefore
      ? ['events were lost earlier in this trace: what this host had done with the connection may be among them']
      : []),
    ...(forgotBefore === null
      ? []
      : [
          `an end of it more than ${agoText(reset, { at: forgotBefore })} would be forgotten: others have ended here since`,
        ]),
  ]
}

/** `1.2 s before`: how long before the RST something was. */
export const agoText = ({ reset }: Case, { at }: { at: Case['reset']['at'] }): string =>
  `${spanText(nanosecondsBetween(reset.at, at))} before`
