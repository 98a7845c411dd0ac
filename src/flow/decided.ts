// SPDX-License-Identifier: MIT
// Whether there was a reset at all: some events are no more than an attempt, until another one tells. And how long a case is
// held for that.
import type { Answer, Kind } from '../observation.ts'
import { compareTime, type Time } from '../time.ts'
import { EARLY, isReply, isRstArrival, NETFILTER, type Case } from './case.ts'
import { isRejectedHere } from './rejected.ts'
import { isRst } from './segment.ts'
import type { Sees } from './sees.ts'

/** How long any case is held, in nanoseconds of event time: what belongs to a reset comes within microseconds. */
const HOLD_NS = 50_000_000

/**
 * How long a case is held while it is undecided, or while events may come that are older than its look-up: a RST on its way
 * to IP or to the socket that obeys it. A virtual machine may stand still in the middle of that.
 */
const HOLD_UNDECIDED_NS = 1_000_000_000

/**
 * How long a case is held for what belongs to it, in nanoseconds of event time from its reset. What happened before the TCP
 * hash was asked has to be known before the answer is believed.
 */
export const holdFor = (reset: Case, now: Time): number =>
  isUndecided(reset) || (reset.after !== null && compareTime(now, reset.after.at) < 0) ? HOLD_UNDECIDED_NS : HOLD_NS

const isUndecided = ({ reset, replied, drop, gaps }: Case) =>
  ((isReply(reset) || isRejectedHere(reset)) && replied === null && !gaps.includes(REPLY_UNSEEN)) ||
  (isRstArrival(reset) && drop === null)

/**
 * Whether netfilter dropped a RST before it was routed, of no connection that the trace knows, and no look-up tells whether this
 * host has it: it may be another host's.
 */
export const isForUnknown = ({ reset, drop, after }: Case): boolean =>
  reset.fn === NETFILTER && drop?.way !== 'in' && (after?.answer.found ?? null) === null

/** What the TCP hash may find that is of this connection, and no listener that would take any. */
const CONNECTIONS: ReadonlySet<Answer['found']> = new Set(['established', 'timewait', 'request'] as const)

/** The gap in the evidence about a reply that no probe can see leave. */
export const REPLY_UNSEEN =
  'no probe of this trace sees such a RST on its way to IP: the kernel set about to send it, and may have stopped'

/** What is missing about a reset because no probe of the trace tells it: one gap, or none. */
export const gapsUnseen = (reset: Kind<'reset'>, { replies }: Sees): string[] =>
  isReply(reset) && !replies[reset.tuple.family] ? [REPLY_UNSEEN] : []

/**
 * Whether there was a reset. tcp_v4_send_reset and its twin are attempts: one is kept only if its RST was handed to IP, or
 * where that is not known, because events were lost or no probe can tell; but a RST is never replied to (net/ipv4/tcp_ipv4.c,
 * tcp_v4_send_reset). A packet seen before it is known to be for this host is kept only if the drop tells that it was, or TCP
 * dropped it, and the kernel gave the reason, which is all that tells of the socket then. One that netfilter dropped before
 * routing is of this host only where that has the connection, or where nothing tells: then the verdict says so.
 */
export const happened = (one: Case): boolean => {
  const { reset, replied, drop, gaps, after } = one
  if (reset.fn === NETFILTER)
    return drop?.way === 'in' || CONNECTIONS.has(after?.answer.found ?? null) || isForUnknown(one)
  if (isRstArrival(reset))
    return (
      reset.fn !== EARLY || drop?.way === 'in' || (drop?.location?.startsWith('tcp_') === true && drop.reason !== null)
    )
  return !isReply(reset) || replied !== null || (gaps.length > 0 && !isRst(reset.segment))
}
