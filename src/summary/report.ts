// SPDX-License-Identifier: MIT
import { FLAG } from '../flow/states.ts'
import type { Kind, Observation } from '../observation.ts'
import { createBalance } from './balance.ts'
import type { Verdict } from '../verdict/verdict.ts'

/** Counts what passes, for the last line on standard error; `narrows` as in balance.ts. */
export const createReport = (narrows: (recorded: Kind<'start'>['filter']) => boolean) => {
  const balance = createBalance(narrows)
  const outcomes = { sent: 0, received: 0, ignored: 0 }
  const lost = { events: 0, lookups: 0 }
  let lookups = 0
  /** Whether RSTs that were not obeyed are judged, too. */
  let judgesAll = false
  let arrived = 0
  let obeyed = 0

  return {
    see: (observation: Observation) => {
      balance.see(observation)
      if (observation.kind === 'start') judgesAll = observation.probes.includes('kfree_skb')
      if (observation.kind === 'lookup') lookups += 1
      if (observation.kind === 'lost') lost[observation.what] += observation.count
      if (observation.kind === 'packet' && hasRst(observation)) arrived += 1
      if (observation.kind === 'reset' && observation.fn === 'tcp_reset' && mayHaveRst(observation)) obeyed += 1
    },
    judged: ({ outcome }: Verdict) => (outcomes[outcome] += 1),
    /** What was seen against the kernel's counters, a line each network namespace. */
    reconciliation: balance.lines,
    /** `3 resets: 2 sent, 1 received; 5 look-ups; nothing lost`. */
    text: () =>
      [
        `${plural(outcomes.sent + outcomes.received + outcomes.ignored, 'reset')}: ${outcomes.sent} sent, ${outcomes.received} received${outcomes.ignored > 0 ? `, ${outcomes.ignored} ignored` : ''}`,
        ...(arrived > obeyed && !judgesAll
          ? [`${plural(arrived - obeyed, 'RST')} came in that no full socket obeyed, not judged`]
          : []),
        plural(lookups, 'look-up'),
        lost.events + lost.lookups === 0
          ? 'nothing lost'
          : `LOST ${plural(lost.events, 'event')} and ${plural(lost.lookups, 'look-up')}`,
      ].join('; '),
  }
}

const hasRst = (observation: Observation) =>
  (observation.kind === 'packet' || observation.kind === 'reset') &&
  observation.segment !== null &&
  (observation.segment.flags & FLAG.rst) !== 0

// Where the kernel does not hand the segment on (5.10, tracepoints) it is the RST that has just come in.
const mayHaveRst = (reset: Kind<'reset'>) => reset.segment === null || hasRst(reset)

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`
