// SPDX-License-Identifier: MIT
import type { Kind, Observation, Task } from '../observation.ts'
import { nanosecondsBetween, type Time } from '../time.ts'
import type { Case } from './case.ts'
import { createFlows } from './flows.ts'
import type { Machine } from './order.ts'
import { FLAG } from './states.ts'
import { tupleKey, type Tuple } from './tuple.ts'

/** How long after a reset what belongs to it may still come, in event time: the RST's way to IP takes microseconds. */
const SETTLE_NS = 50_000_000

/** Resets that may be open at once; beyond that the oldest is judged without what is still to come. */
const MOST_OPEN = 10_000

/** A reset that may still learn something. */
type Open = { case: Case; waitsForAnswer: boolean }

/**
 * Groups Observations in order of time into one Case for each reset, with what was known of its flow. A Case is complete
 * when time has gone on by SETTLE_NS and the TCP hash has answered, or at the end.
 */
export const correlate = (): Machine<Observation, Case> => {
  const flows = createFlows()
  const answers = new Map<string, Kind<'lookup'>>()
  let open: Open[] = []
  let ehash: 'module' | 'ss' | 'off' = 'off'
  let now: Time = { s: 0, ns: 0 }
  let losses = 0

  const begin = (reset: Kind<'reset'>) => {
    const flow = flows.of(reset.tuple)
    const rst = reset.segment !== null && (reset.segment.flags & FLAG.rst) !== 0
    if (reset.fn === 'tcp_reset' && !rst) {
      // The trap of tcp_reset: no RST came in. What follows for the same segment is this host's own RST.
      flow.withoutRst = reset
      return
    }
    const key = answerKey(reset.tuple, reset.at)
    const closer = closerOf(reset)
    const opened: Case = {
      outcome: reset.fn === 'tcp_reset' ? 'received' : 'sent',
      reset,
      stateBefore: stateBefore(reset, flow.closed),
      owner: ownerOf(closer, flows.owner(reset)),
      closer,
      withoutRst: flow.withoutRst?.segment?.skb === reset.segment?.skb ? flow.withoutRst : null,
      replied: null,
      after: answers.get(key) ?? null,
      before: flow.first,
      gaps: losses > 0 ? [`${losses} events or look-ups were lost until then`] : [],
    }
    answers.delete(key)
    open.push({ case: opened, waitsForAnswer: ehash !== 'off' && opened.after === null })
  }

  const answer = (lookup: Kind<'lookup'>) => {
    if (lookup.why === 'first') {
      flows.of(lookup.tuple).first = lookup
      return
    }
    const waiting = open.find(
      ({ case: { reset } }) =>
        reset.at.s === lookup.event.s &&
        reset.at.ns === lookup.event.ns &&
        tupleKey(reset.tuple) === tupleKey(lookup.tuple),
    )
    if (waiting === undefined) {
      // The answer overtook its event, which is still being put in order.
      answers.set(answerKey(lookup.tuple, lookup.event), lookup)
      if (answers.size > MOST_OPEN) answers.delete(answers.keys().next().value ?? '')
      return
    }
    waiting.case.after = lookup
    waiting.waitsForAnswer = false
  }

  const settled = (all: boolean): Case[] => {
    const overflow = open.length - MOST_OPEN
    const done = open.filter(
      (entry, index) =>
        all || index < overflow || (!entry.waitsForAnswer && nanosecondsBetween(now, entry.case.reset.at) >= SETTLE_NS),
    )
    open = open.filter((entry) => !done.includes(entry))
    return done.map((entry) => entry.case)
  }

  const take = (observation: Observation) => {
    switch (observation.kind) {
      case 'start':
        ehash = observation.ehash
        break
      case 'reset':
        return begin(observation)
      case 'reply':
        for (const entry of open) {
          if (entry.case.reset.segment?.skb === observation.skb) entry.case.replied ??= observation.at
        }
        break
      case 'state':
        return flows.changed(observation)
      case 'owner':
        return flows.accepted(observation)
      case 'lookup':
        return answer(observation)
      case 'lost':
        losses += observation.count
        for (const entry of open) entry.case.gaps.push(`${observation.count} ${observation.what} were lost around then`)
        break
      case 'packet':
      case 'tick':
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

const answerKey = (tuple: Tuple, event: Time) => `${tupleKey(tuple)} ${event.s}.${event.ns}`

// The current task is the closer only when it came here by its own close(), connect() or exit; a timer runs on anybody.
const closerOf = ({ task, stack }: Kind<'reset'>) =>
  stack.includes('__tcp_close') || stack.includes('tcp_disconnect') ? task : null

const ownerOf = (closer: Task | null, owner: Task | null): Case['owner'] => {
  const task = closer ?? owner
  return task === null ? null : { how: closer === null ? 'socket' : 'closer', pid: task.pid, comm: task.comm }
}

// close() and disconnect set CLOSE before they reset: the state until then is the one that the change came from.
const stateBefore = (reset: Kind<'reset'>, closed: Kind<'state'> | null) => {
  if (reset.socket === null) return null
  if (reset.socket.state !== 'CLOSE') return reset.socket.state
  return closed?.sk === reset.socket.sk ? closed.from : null
}
