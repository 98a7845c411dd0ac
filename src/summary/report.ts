// SPDX-License-Identifier: MIT
import { TOO_MANY } from '../flow/asked.ts'
import { SEES_NOTHING, seesOf } from '../flow/sees.ts'
import { isRst } from '../flow/segment.ts'
import type { Kind, Observation } from '../observation.ts'
import { createBalance } from './balance.ts'
import type { Verdict } from '../verdict/verdict.ts'

/** Counts Observations and verdicts for the last line on standard error; `narrows` as in balance.ts. */
export const createReport = (narrows: (recorded: Kind<'start'>['filter']) => boolean) => {
  /** One for each recording: network namespaces of several are not the same. */
  const balances: ReturnType<typeof createBalance>[] = []
  const outcomes = { sent: 0, received: 0, ignored: 0 }
  const lost = { events: 0, lookups: 0, probes: 0 }
  let notAsked = 0
  let lookups = 0
  /** Where drops are seen, RSTs that changed nothing are judged too. */
  let sees = SEES_NOTHING
  let arrived = 0
  let obeyed = 0

  return {
    see: (observation: Observation) => {
      if (observation.kind === 'start') {
        sees = seesOf(observation)
        balances.push(createBalance(narrows))
      }
      balances.at(-1)?.see(observation)
      if (observation.kind === 'lookup' && observation.answer.error === TOO_MANY) notAsked += 1
      else if (observation.kind === 'lookup') lookups += 1
      if (observation.kind === 'lost') lost[observation.what] += observation.count
      if (observation.kind === 'packet' && isRst(observation.segment)) arrived += 1
      if (observation.kind === 'reset' && observation.fn === 'tcp_reset' && mayHaveRst(observation)) obeyed += 1
    },
    judged: ({ outcome }: Verdict) => (outcomes[outcome] += 1),
    /** The comparison with the kernel's counters, two lines a network namespace. */
    reconciliation: (): string[] => balances.flatMap((balance) => balance.lines()),
    /** A warning where the kernel sent RSTs that no probe ran for, or undefined. */
    unseen: (): string | undefined => {
      const netns = balances.flatMap((balance) => balance.unseen())
      return netns.length === 0
        ? undefined
        : `the kernel sent RSTs that no probe saw, in the network namespaces ${netns.join(', ')}: it skips a probe that ` +
            'interrupts another one; --balance has the counts'
    },
    /** `3 resets: 2 sent, 1 received; 5 look-ups; nothing lost`. */
    text: () =>
      [
        resetsText(outcomes),
        ...(arrived > obeyed && !sees.drops
          ? [`${plural(arrived - obeyed, 'RST')} arrived and changed no full socket, not judged`]
          : []),
        `${plural(lookups, 'look-up')}${notAsked > 0 ? `, ${notAsked} ${TOO_MANY}` : ''}`,
        lost.events + lost.lookups === 0
          ? 'nothing lost'
          : `LOST ${plural(lost.events, 'event')} and ${plural(lost.lookups, 'look-up')}`,
        ...(lost.probes > 0 ? [`the kernel did not run ${plural(lost.probes, 'probe')} that interrupted another`] : []),
      ].join('; '),
  }
}

const resetsText = ({ sent, received, ignored }: Readonly<Record<Verdict['outcome'], number>>) =>
  `${plural(sent + received + ignored, 'reset')}: ${sent} sent, ${received} received` +
  (ignored > 0 ? `, ${ignored} ignored` : '')

// Without the segment (5.10, tracepoints), tcp_reset was called for the RST that has just arrived.
const mayHaveRst = (reset: Kind<'reset'>) => reset.segment === null || isRst(reset.segment)

/** A count with its noun: `1 reset`, `2 resets`. */
export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
