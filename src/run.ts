// SPDX-License-Identifier: MIT
import { filter, mergeMap, tap, type MonoTypeOperatorFunction, type Observable } from 'rxjs'
import { matches } from './filter/match.ts'
import type { Filter } from './filter/filter.ts'
import { correlate } from './flow/correlate.ts'
import { order, type Machine } from './flow/order.ts'
import { pairCalls, type Step } from './flow/steps.ts'
import type { Observation } from './observation.ts'
import { through } from './flow/through.ts'
import { judge } from './verdict/judge.ts'
import { selects, type VerdictFilter } from './filter/verdict.ts'
import type { Verdict } from './verdict/verdict.ts'

/** How long an event waits for older ones of another CPU, in event time, where no tick says when it was read. */
const WINDOW_NS = 250_000_000

/** What a run needs besides its source: where Observations are written to, which resets count, when to end. */
export type Run = {
  record: MonoTypeOperatorFunction<Observation>
  filter: Filter & VerdictFilter
  /** Steps of the trail to give, by function. */
  steps: readonly string[]
  /** Verdicts to give at most; `enough` is told when they are given, and ends the source in good order. */
  count: number
  enough: () => void
  /** Sees every Observation before it is judged. */
  see: (observation: Observation) => void
}

/** What a run gives: a verdict, or a step of the trail. */
export type Line = { kind: 'verdict'; verdict: Verdict } | { kind: 'step'; step: Step }

/** The whole tool: a source of Observations, live or recorded, becomes Lines. Nothing right of the source has a clock. */
export const run = (source: Observable<Observation>, options: Run): Observable<Line> =>
  source.pipe(
    options.record,
    // Calls go on whether wanted or not: their returns do not say of which connection they are.
    filter(
      (observation) =>
        observation.kind === 'call' ||
        !('tuple' in observation) ||
        isOfListener(observation) ||
        matches(options.filter, observation.tuple),
    ),
    tap(options.see),
    through(() => order(WINDOW_NS)),
    through(() =>
      both(
        pairCalls(({ tuple }) => matches(options.filter, tuple)),
        correlate(),
      ),
    ),
    mergeMap((found) => ('call' in found ? stepLine(found, options) : verdictLine(judge(found), options))),
    limit(options),
  )

// A listener has no peer for the filter to name, and is the one that owns what it refuses.
const isOfListener = (observation: Observation) =>
  (observation.kind === 'state' && (observation.to === 'LISTEN' || observation.from === 'LISTEN')) ||
  (observation.kind === 'owner' && observation.tuple.sport === 0)

// Two machines on one stream of events: what each gives for an event comes in this order.
const both = <In, A, B>(one: Machine<In, A>, other: Machine<In, B>): Machine<In, A | B> => ({
  push: (input) => [...one.push(input), ...other.push(input)],
  flush: () => [...one.flush(), ...other.flush()],
})

const stepLine = (step: Step, { steps }: Run): Line[] => (steps.includes(step.call.fn) ? [{ kind: 'step', step }] : [])

const verdictLine = (verdict: Verdict, { filter: wanted }: Run): Line[] =>
  selects(wanted, verdict) ? [{ kind: 'verdict', verdict }] : []

// Verdicts are counted, and nothing comes after the last of them.
const limit = ({ count, enough }: Run): MonoTypeOperatorFunction<Line> => {
  let given = 0
  return filter((line) => {
    if (given >= count) return false
    if (line.kind === 'verdict' && ++given === count) enough()
    return true
  })
}
