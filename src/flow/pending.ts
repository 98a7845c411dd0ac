// SPDX-License-Identifier: MIT
// The cases that are open. The life of one:
//
//            a reset, a RST that comes in, a REJECT                   opened.ts
//                               |
//             a look-up comes?  |  no: it came already, or nobody is asked
//            .------ yes -------+-------------.
//            v                                v
//        [asking] -- look-up comes -----> [holding]                   after
//            |                                |
//            |   tcp_reset or its like        |
//            +--- for the same RST -----------+--------> [superseded]
//            |                                |               |
//       LOOKUP_NS are over           holdFor() is over        |       asked.ts, decided.ts
//            |                                |               |
//            '---> released, once all older cases are <-------'
//                               |
//               [superseded]: nothing comes of it; else               finish.ts
//               an attempt at a RST that was not seen to leave?       decided.ts, happened()
//               nothing comes of it; else a Case
//
// In every phase evidence joins the case: its RST is handed to IP, or comes back from a REJECT (replied), the kernel drops it
// (drop), something is lost around it (gaps). Where that decides whether there was a reset, the case is held for less.
import type { Kind } from '../observation.ts'
import { nanosecondsBetween, type Time } from '../time.ts'
import { isIncoming, isObeying } from './arrival.ts'
import { LOOKUP_NS } from './asked.ts'
import { isRstArrival, type Case } from './case.ts'
import { holdFor } from './decided.ts'
import { isRejectedHere, isRejectEcho } from './rejected.ts'
import { sameSegment } from './segment.ts'
import { tupleKey } from './tuple.ts'

/** Where in its life an open case is. */
type Phase = 'asking' | 'holding' | 'superseded'

/** An open case. */
export type Pending = { case: Case; phase: Phase }

/** Cases that may be open at once; beyond that the oldest is judged without what is still to come. */
const MOST_OPEN = 10_000

/** The open cases of a trace, in order of time. */
export type PendingCases = ReturnType<typeof createPending>

/** No open cases. */
export const createPending = () => {
  const open: Pending[] = []
  const bySkb = createIndex()
  const rejections: Pending[] = []
  const requests: Pending[] = []

  const add = (entry: Pending) => {
    const { reset } = entry.case
    open.push(entry)
    if (reset.segment !== null) bySkb.add(reset.segment.skb, entry)
    if (isRejectedHere(reset)) rejections.push(entry)
    if (isOfRequest(reset)) requests.push(entry)
  }

  const remove = (entry: Pending) => {
    const { reset } = entry.case
    if (reset.segment !== null) bySkb.remove(reset.segment.skb, entry)
    if (isRejectedHere(reset)) rejections.splice(rejections.indexOf(entry), 1)
    if (isOfRequest(reset)) requests.splice(requests.indexOf(entry), 1)
  }

  const ofSegment = (segment: Kind<'reset'>['segment'], is: (reset: Kind<'reset'>) => boolean) =>
    bySkb.of(segment?.skb).findLast(({ case: { reset } }) => is(reset) && sameSegment(reset.segment, segment))

  return {
    add,
    /** The open case of what this RST did to a socket; the open arrival of the RST that an event is about. */
    obeyedOf: ({ segment }: Kind<'packet'>) => ofSegment(segment, isObeying),
    arrivalOf: ({ segment }: Kind<'reset'>) => ofSegment(segment, isRstArrival),
    /** The open case of a request socket that got the RST of this event. */
    requestOf: ({ segment }: Kind<'reset'>) =>
      requests.findLast(({ case: { reset } }) => sameSegment(reset.segment, segment)),
    /** The open rejection whose RST this is. */
    rejectionOf: (reset: Kind<'reset'>) => rejections.findLast(({ case: { reset: one } }) => isRejectEcho(one, reset)),
    /** The RST of a case has been handed to IP: of the last one for a segment at that address, all that the event tells. */
    replied: ({ skb, at }: Kind<'reply'>) => {
      const entry = bySkb.of(skb).at(-1)
      if (entry !== undefined) entry.case.replied = at
    },
    /** The kernel has dropped a RST that came in: gives whether that has an open case. */
    dropped: (call: Kind<'call'>): boolean => {
      const entry = ofSegment(call.segment, isIncoming)
      if (entry !== undefined) entry.case.drop ??= call
      return entry !== undefined
    },
    /** The kernel has dropped a RST of this host itself on its way out: that of the connection's last case. */
    kept: (call: Kind<'call'>) => {
      const key = tupleKey(call.tuple)
      const entry = open.findLast(({ case: { outcome, reset } }) => outcome === 'sent' && tupleKey(reset.tuple) === key)
      if (entry !== undefined) entry.case.unsent ??= call
    },
    /** What makes the evidence of every open case incomplete. */
    gap: (text: string) => {
      for (const { case: one } of open) if (!one.gaps.includes(text)) one.gaps.push(text)
    },
    /** Takes out the cases that have waited for long enough, or all, in order of time: one that is held delays all younger. */
    release: (now: Time, all: boolean): Pending[] => {
      const held = all ? -1 : open.findIndex((entry) => isHeld(entry, now))
      const released = open.splice(0, Math.max(held < 0 ? open.length : held, open.length - MOST_OPEN))
      for (const entry of released) remove(entry)
      return released
    },
  }
}

// Nothing comes of a superseded case, so it delays nobody.
const isHeld = ({ case: one, phase }: Pending, now: Time) =>
  phase !== 'superseded' && nanosecondsBetween(now, one.reset.at) < (phase === 'asking' ? LOOKUP_NS : holdFor(one, now))

const isOfRequest = ({ fn }: Kind<'reset'>) => fn === 'tcp_check_req'

// By address of the segment: the addresses of thousands of open cases are seldom the same.
const createIndex = () => {
  const entries = new Map<string, Pending[]>()
  const of = (skb: string | undefined) => entries.get(skb ?? '') ?? []
  return {
    of,
    add: (skb: string, entry: Pending) => {
      const others = entries.get(skb)
      if (others === undefined) entries.set(skb, [entry])
      else others.push(entry)
    },
    remove: (skb: string, entry: Pending) => {
      const others = of(skb)
      others.splice(others.indexOf(entry), 1)
      if (others.length === 0) entries.delete(skb)
    },
  }
}
