// SPDX-License-Identifier: MIT
import type { Kind, Observation } from '../observation.ts'
import { compareTime, type Time } from '../time.ts'
import { unanswered } from './asked.ts'
import { arrive, begin, drop } from './begin.ts'
import type { Case } from './case.ts'
import { happened } from './decided.ts'
import { finish } from './finish.ts'
import { LOSS_AROUND, type Loss } from './losses.ts'
import type { Machine } from './order.ts'
import { isRst } from './segment.ts'
import { seesOf } from './sees.ts'
import { createTrace, type Trace } from './trace.ts'

/**
 * Groups Observations in order of time into one Case for each reset, with what was known of its flow: this file takes each
 * Observation to where it belongs. The life of a case is drawn in pending.ts.
 */
export const correlate = (): Machine<Observation, Case> => {
  const trace = createTrace()
  let now: Time = { s: 0, ns: 0 }
  // The first event sets the time: the beginning of a trace is read from another clock than events are.
  let begins = true

  return {
    push: (observation) => {
      const at = timeOf(observation)
      if (at !== undefined) {
        if (begins || observation.kind === 'start' || compareTime(at, now) > 0) now = at
        begins = observation.kind === 'start'
      }
      take(trace, observation, now)
      return release(trace, now, observation.kind === 'stop')
    },
    flush: () => {
      trace.pending.gap('the recording ends before its end')
      return release(trace, now, true)
    },
  }
}

// What happened before a reset may be told with it: time does not go back for that.
const timeOf = (observation: Observation | Loss): Time | undefined =>
  'at' in observation && observation.kind !== 'lookup' ? observation.at : undefined

const take = (trace: Trace, observation: Observation | Loss, now: Time) => {
  const { flows, pending, losses } = trace
  switch (observation.kind) {
    case 'start':
      trace.source = observation.ehash
      trace.sees = seesOf(observation)
      trace.since = observation.at
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
    case 'forgot':
      flows.of(observation.tuple, observation.at).past.forgotBefore = observation.since
      return
    case 'nat':
      return trace.translations.learn(observation)
    case 'lookup':
      return join(trace, observation)
    case 'call':
      if (observation.fn === 'kfree_skb' && isRst(observation.segment)) drop(trace, observation)
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
    const { sees, source } = trace
    trace.lookups.forget(reset, entry)
    if (entry.phase === 'superseded') return []
    if (entry.phase === 'asking') entry.case.after = unanswered(source, reset, now)
    const rejectsSeen = sees.rejects && !trace.losses.isNear(reset.at)
    const finished = finish(entry.case, trace.flows, now, rejectsSeen)
    return happened(finished) ? [finished] : []
  })
