// SPDX-License-Identifier: MIT
import type { Kind, Observation } from '../observation.ts'
import type { Time } from '../time.ts'
import { isObeying, rstArrival, withSegment } from './arrival.ts'
import { unanswered, whyAsked, type Source } from './asked.ts'
import { isRstArrival, type Case } from './case.ts'
import { happened } from './decided.ts'
import { finish } from './finish.ts'
import { createFlows, rememberCreation } from './flows.ts'
import { createLookups } from './lookups.ts'
import { createLosses, LOSS_AROUND, type Loss } from './losses.ts'
import { openCase, stateBefore } from './opened.ts'
import type { Machine } from './order.ts'
import { ownerOf } from './owner.ts'
import { createPending, type Pending } from './pending.ts'
import { SEES_NOTHING, seesOf } from './sees.ts'
import { isRst, isSyn } from './segment.ts'
import { isTrap, mustBeRst } from './trap.ts'

/** How many RSTs of one flow are remembered. */
const MOST_RSTS = 8

/** What a trace's first line says of it. */
type Head = { source: Source; sees: typeof SEES_NOTHING }

/**
 * Groups Observations in order of time into one Case for each reset, with what was known of its flow: this file takes each
 * Observation to where it belongs. The life of a case is drawn in pending.ts.
 */
export const correlate = (): Machine<Observation, Case> => {
  const trace = createTrace()
  let now: Time = { s: 0, ns: 0 }

  return {
    push: (observation) => {
      if ('at' in observation && observation.kind !== 'lookup') now = observation.at
      take(trace, observation, now)
      return release(trace, now, observation.kind === 'stop')
    },
    flush: () => {
      trace.pending.gap('the recording ends before its end')
      return release(trace, now, true)
    },
  }
}

type Trace = ReturnType<typeof createTrace>

const createTrace = () => {
  const head: Head = { source: 'off', sees: SEES_NOTHING }
  const lookups = createLookups<Pending>()
  return { head, flows: createFlows(), pending: createPending(), lookups, losses: createLosses() }
}

const take = (trace: Trace, observation: Observation | Loss, now: Time) => {
  const { flows, pending, losses } = trace
  switch (observation.kind) {
    case 'start':
      trace.head = { source: observation.ehash, sees: seesOf(observation) }
      return
    case 'packet':
      return arrive(trace, observation)
    case 'reset':
      return begin(trace, observation, observation)
    case 'reply':
      return pending.replied(observation)
    case 'state':
      return flows.changed(observation)
    case 'owner':
      return flows.owned(observation)
    case 'lookup':
      return join(trace, observation)
    case 'call':
      if (observation.fn === 'kfree_skb' && isRst(observation.segment)) pending.dropped(observation)
      return
    case 'lost':
      losses.add(now, observation)
      if (!('span' in observation) || observation.span !== 'ends') pending.gap(LOSS_AROUND)
      return
    case 'tick':
    case 'return':
    case 'total':
    case 'counters':
    case 'stop':
  }
}

const arrive = (trace: Trace, packet: Kind<'packet'>) => {
  const { sees } = trace.head
  const flow = trace.flows.of(packet.tuple, packet.at)
  flow.dev = packet.segment.dev ?? flow.dev
  if (isSyn(packet.segment)) flow.created = rememberCreation(flow.created, packet.at)
  if (!isRst(packet.segment)) return
  flow.rsts = [...flow.rsts.slice(1 - MOST_RSTS), packet]
  if (sees.drops) begin(trace, packet, rstArrival(packet, sees.early))
}

/** A reset, observed by `event`: it opens a case unless it is a trap, or the RST of a rejection that is open. */
const begin = (trace: Trace, event: Kind<'packet' | 'reset'>, observed: Kind<'reset'>) => {
  const { flows, pending, lookups, losses } = trace
  const gaps = losses.gapsSince(flows.knownSince(observed.tuple))
  const flow = flows.of(observed.tuple, observed.at)
  const reset = withSegment(observed, flow.rsts.at(-1))
  if (isTrap(reset)) {
    flow.trap = reset
    return
  }
  if ((isRst(reset.segment) || mustBeRst(reset)) && mergeRejectEcho(trace, reset)) return
  if (isRst(reset.segment) && isObeying(reset)) supersede(trace, reset)
  const one = openCase(reset, { flow, owner: flows.owner(reset), after: lookups.take(reset), gaps })
  const isAwaited = one.after === null && whyAsked(trace.head.source, event) === 'reset'
  const entry: Pending = { case: one, phase: isAwaited ? 'asking' : 'holding' }
  pending.add(entry)
  if (isAwaited) lookups.expect(reset, entry)
}

// The RST of a rejection that came back is not the peer's: what it does to the socket here belongs to the rejection.
const mergeRejectEcho = ({ flows, pending }: Trace, reset: Kind<'reset'>) => {
  const rejected = pending.rejectionOf(reset)?.case
  if (rejected === undefined) return false
  if (isRstArrival(reset)) return true
  rejected.replied = reset.at
  rejected.stateBefore = stateBefore(reset, null)
  rejected.owner ??= ownerOf(null, flows.owner(reset))
  return true
}

// This event and the arrival of the same RST are one reset, and this one tells more.
const supersede = ({ pending, lookups }: Trace, reset: Kind<'reset'>) => {
  const entry = pending.arrivalOf(reset)
  if (entry === undefined) return
  entry.phase = 'superseded'
  lookups.forget(entry.case.reset, entry)
}

const join = ({ flows, lookups }: Trace, lookup: Kind<'lookup'>) => {
  if (lookup.why === 'first') {
    flows.of(lookup.tuple, lookup.event).first = lookup
    return
  }
  const entry = lookups.come(lookup)
  if (entry === undefined) return
  entry.case.after = lookup
  entry.phase = 'holding'
}

const release = (trace: Trace, now: Time, all: boolean): Case[] =>
  trace.pending.release(now, all).flatMap((entry) => {
    const { reset } = entry.case
    const { sees, source } = trace.head
    trace.lookups.forget(reset, entry)
    if (entry.phase === 'superseded') return []
    if (entry.phase === 'asking') entry.case.after = unanswered(source, reset, now)
    const rejectsSeen = sees.rejects && !trace.losses.isNear(reset.at)
    const finished = finish(entry.case, trace.flows, now, rejectsSeen)
    return happened(finished) ? [finished] : []
  })
