// SPDX-License-Identifier: MIT
import type { Kind, Observation } from '../observation.ts'
import { compareTime, nanosecondsBetween, type Time } from '../time.ts'
import { LOOKUP_NS, unanswered, whyAsked, type Source } from './asked.ts'
import { arrivalOf, cameIn, sameSegment, withSegment } from './arrival.ts'
import { EARLY, isArrival, type Case } from './case.ts'
import { left, patience, SETTLE_NS } from './decided.ts'
import { createFlows, youngest } from './flows.ts'
import { createLosses, type Loss } from './losses.ts'
import { closerOf, ownerOf } from './owner.ts'
import { cameLater, stateFound } from './meanwhile.ts'
import type { Machine } from './order.ts'
import { comesBack, mayBeRejectedHere, REJECT } from './rejected.ts'
import { FLAG } from './states.ts'
import { tupleKey, type Tuple } from './tuple.ts'

/** Resets that may be open at once; beyond that the oldest is judged without what is still to come. */
const MOST_OPEN = 10_000

const LOSS_BEFORE =
  'events or look-ups were lost since the connection was first seen: one of them may have been its own'
const LOSS_AROUND = 'events or look-ups were lost around then: one of them may have been its own'

/** How many RSTs of one flow are remembered, and how long before a reset they are still of its burst; after it, SETTLE_NS. */
const MOST_RSTS = 8
const BURST_NS = 2_000_000_000

/** A reset that may still learn something. `obeyed`: an arrival that another event speaks for. */
type Open = { case: Case; key: string; answered: boolean; obeyed: boolean }

/**
 * Groups Observations in order of time into one Case for each reset, with what was known of its flow. A Case is complete
 * when time has gone on by SETTLE_NS and the TCP hash has answered, or has not within LOOKUP_NS, or at the end.
 */
export const correlate = (): Machine<Observation, Case> => {
  const flows = createFlows()
  /** Answers that overtook their events, which are still being put in order. */
  const answers = new Map<string, Kind<'lookup'>>()
  const waiting = new Map<string, Open>()
  const open: Open[] = []
  let ehash: Source = 'off'
  /** Whether drops of RSTs are told: without, nothing can be said of what was not obeyed. */
  let drops = false
  /** Whether packets are seen before it is known that they are for this host. */
  let early = false
  /** Whether REJECT is. */
  let rejects = false
  let now: Time = { s: 0, ns: 0 }
  const losses = createLosses()

  const begin = (observed: Kind<'reset'>, asked: boolean) => {
    const known = flows.knownSince(observed.tuple)
    const flow = flows.of(observed.tuple, now)
    const reset = withSegment(observed, flow.rsts.at(-1), SETTLE_NS)
    const rst = reset.segment !== null && (reset.segment.flags & FLAG.rst) !== 0
    if (reset.fn === 'tcp_reset' && !rst && !mustBeRst(reset)) {
      // The trap of tcp_reset: no RST came in. What follows for the same segment is this host's own RST.
      flow.withoutRst = reset
      return
    }
    if ((rst || mustBeRst(reset)) && cameBack(reset)) return
    if (rst) spokenFor(reset)
    const key = answerKey(reset.tuple, reset.at)
    const lastLoss = losses.lastKnown()
    const closer = closerOf(reset)
    const opened: Case = {
      outcome: cameIn(reset) ? 'received' : 'sent',
      reset,
      dev: reset.segment?.dev ?? flow.dev,
      stateBefore: stateBefore(reset, flow.closed),
      owner: ownerOf(closer, flows.owner(reset)),
      closer,
      withoutRst: flow.withoutRst !== null && isFor(flow.withoutRst, reset) ? flow.withoutRst : null,
      replied: null,
      drop: null,
      others: [],
      rejectUnseen: false,
      after: answers.get(key) ?? null,
      late: null,
      before: flow.first,
      gaps: lastLoss !== null && (known === null || compareTime(known, lastLoss) <= 0) ? [LOSS_BEFORE] : [],
    }
    answers.delete(key)
    const entry = { case: opened, key, answered: !asked || opened.after !== null, obeyed: false }
    if (!entry.answered) waiting.set(key, entry)
    open.push(entry)
  }

  // Not the peer's: what it does to the socket here belongs to the rejection.
  const cameBack = (reset: Kind<'reset'>) => {
    const entry = open.findLast(({ case: { reset: rejection } }) => comesBack(rejection, reset))
    if (entry === undefined) return false
    if (isArrival(reset)) return true
    const { case: rejected } = entry
    rejected.replied = reset.at
    rejected.stateBefore = stateBefore(reset, null)
    rejected.owner ??= ownerOf(null, flows.owner(reset))
    return true
  }

  // The arrival of the same RST was no more than the beginning of this.
  const spokenFor = ({ fn, tuple, segment }: Kind<'reset'>) => {
    if (fn !== 'tcp_reset' && fn !== 'tcp_check_req' && fn !== 'tcp_timewait_state_process') return
    const entry = open.findLast(({ case: { reset } }) => isArrival(reset) && sameSegment(reset, tuple, segment))
    if (entry === undefined) return
    entry.obeyed = true
    entry.answered = true
    waiting.delete(entry.key)
  }

  const answer = (lookup: Kind<'lookup'>) => {
    if (lookup.why === 'first') {
      flows.of(lookup.tuple, lookup.event).first = lookup
      return
    }
    const key = answerKey(lookup.tuple, lookup.event)
    const entry = waiting.get(key)
    if (entry === undefined) {
      answers.set(key, lookup)
      if (answers.size > MOST_OPEN) answers.delete(answers.keys().next().value ?? '')
      return
    }
    entry.case.after = lookup
    entry.answered = true
    waiting.delete(key)
  }

  const waits = ({ case: one, answered }: Open) =>
    nanosecondsBetween(now, one.reset.at) < (answered ? patience(one, now) : LOOKUP_NS)

  const settled = (all: boolean): Case[] => {
    // In order of time, and given in it: a case that waits for its look-up delays those behind it, by LOOKUP_NS at most.
    const first = all ? -1 : open.findIndex(waits)
    const count = Math.max(first < 0 ? open.length : first, open.length - MOST_OPEN)
    const done = open.splice(0, count)
    for (const { key, answered, case: one } of done) {
      waiting.delete(key)
      if (!answered && ehash !== 'off' && nanosecondsBetween(now, one.reset.at) >= LOOKUP_NS)
        one.after = unanswered(ehash, one.reset)
    }
    return done
      .filter(({ obeyed }) => !obeyed)
      .map(completed)
      .filter(left)
  }

  const completed = ({ case: { reset, ...rest } }: Open): Case => {
    const { rsts } = flows.of(reset.tuple, now)
    const others = rsts.filter(({ at, segment }) => {
      const later = nanosecondsBetween(at, reset.at)
      return segment.seq !== reset.segment?.seq && later > -BURST_NS && later <= SETTLE_NS
    })
    const owner = rest.owner ?? ownerOf(null, flows.lateOwner(reset))
    const rejectUnseen = mayBeRejectedHere({ reset, dev: rest.dev }) && (!rejects || losses.isNear(reset.at))
    const made = flows.madeAt(reset.tuple, rest.after?.answer.found ?? null)
    const after = rest.after !== null && cameLater(rest.after, reset.at, made) ? null : rest.after
    const unseen = isArrival(reset) && reset.socket === null
    const stateBefore = unseen ? stateFound(after, rest.drop) : rest.stateBefore
    return { ...rest, reset, others, owner, rejectUnseen, after, late: after === null ? rest.after : null, stateBefore }
  }

  const replied = ({ skb, at }: Kind<'reply'>) => {
    const entry = open.findLast(({ case: { reset } }) => reset.segment?.skb === skb)
    if (entry !== undefined) entry.case.replied = at
  }

  const arrived = (packet: Kind<'packet'>) => {
    const flow = flows.of(packet.tuple, packet.at)
    flow.dev = packet.segment.dev ?? flow.dev
    if (isSyn(packet)) flow.made = youngest(flow.made, packet.at)
    if ((packet.segment.flags & FLAG.rst) === 0) return
    flow.rsts = [...flow.rsts.slice(1 - MOST_RSTS), packet]
    if (drops) begin(arrivalOf(packet, early ? EARLY : packet.fn), whyAsked(ehash, packet) === 'reset')
  }

  const dropped = (call: Kind<'call'>) => {
    if (call.fn !== 'kfree_skb' || call.segment === null || (call.segment.flags & FLAG.rst) === 0) return
    const entry = open.findLast(({ case: { reset } }) => cameIn(reset) && sameSegment(reset, null, call.segment))
    if (entry !== undefined) entry.case.drop ??= call
  }

  const take = (observation: Observation | Loss) => {
    switch (observation.kind) {
      case 'start':
        ehash = observation.ehash
        drops = observation.probes.includes('kfree_skb')
        early = observation.probes.includes(EARLY)
        rejects = observation.probes.includes(REJECT)
        break
      case 'reset':
        return begin(observation, whyAsked(ehash, observation) === 'reset')
      case 'reply':
        return replied(observation)
      case 'state':
        return flows.changed(observation)
      case 'packet':
        return arrived(observation)
      case 'owner':
        return flows.owned(observation)
      case 'lookup':
        return answer(observation)
      case 'lost':
        losses.add(now, observation)
        if (!('span' in observation && observation.span === 'ends'))
          for (const entry of open) entry.case.gaps.push(LOSS_AROUND)
        break
      case 'call':
        return dropped(observation)
      case 'tick':
      case 'return':
      case 'total':
      case 'counters':
      case 'stop':
    }
  }

  return {
    push: (observation) => {
      if ('at' in observation && observation.kind !== 'lookup') now = observation.at
      take(observation)
      return settled(observation.kind === 'stop')
    },
    flush: () => {
      for (const entry of open) entry.case.gaps.push('the recording ends before its end')
      return settled(true)
    },
  }
}

// tcp_reset ran for this answer's segment: on 5.10 the socket tells.
const isFor = (trap: Kind<'reset'>, { at, segment, socket }: Kind<'reset'>) =>
  segment !== null &&
  (trap.segment === null
    ? trap.socket?.sk === socket?.sk && nanosecondsBetween(at, trap.at) < SETTLE_NS
    : trap.segment.skb === segment.skb)

const answerKey = (tuple: Tuple, event: Time) => `${tupleKey(tuple)} ${event.s}.${event.ns}`

// Without the segment the state tells: data after close ends no connection that its application has not closed, at least
// for reading (net/ipv4/tcp_input.c, tcp_rcv_state_process).
const mustBeRst = ({ segment, socket }: Kind<'reset'>) =>
  segment === null && ['SYN_SENT', 'SYN_RECV', 'ESTABLISHED'].includes(socket?.state ?? '')

// close() and disconnect set CLOSE before they reset: the state until then is the one that the change came from.
const stateBefore = (reset: Kind<'reset'>, closed: Kind<'state'> | null) => {
  if (reset.socket === null) return null
  if (reset.socket.state !== 'CLOSE') return reset.socket.state
  return closed?.sk === reset.socket.sk ? closed.from : null
}

const isSyn = ({ segment: { flags } }: Kind<'packet'>) => (flags & FLAG.syn) !== 0 && (flags & FLAG.ack) === 0
