// SPDX-License-Identifier: MIT
import { filter, map, tap, type MonoTypeOperatorFunction, type Observable } from 'rxjs'
import { matches } from './filter/match.ts'
import type { Filter } from './filter/filter.ts'
import { correlate } from './flow/correlate.ts'
import { order } from './flow/order.ts'
import type { Observation } from './observation.ts'
import { through } from './through.ts'
import { judge } from './verdict/judge.ts'
import { selects, type VerdictFilter } from './verdict/select.ts'
import type { Verdict } from './verdict/verdict.ts'

/** How long an event waits for older ones of another CPU, in event time. */
const WINDOW_NS = 250_000_000

/** What a run needs besides its source: where Observations are written to, which resets count, when to end. */
export type Run = {
  record: MonoTypeOperatorFunction<Observation>
  filter: Filter & VerdictFilter
  /** Verdicts to give at most; `enough` is told when they are given, and ends the source in good order. */
  count: number
  enough: () => void
  /** Sees every Observation before it is judged. */
  see: (observation: Observation) => void
}

/** The whole tool: a source of Observations, live or recorded, becomes Verdicts. Nothing right of the source has a clock. */
export const run = (source: Observable<Observation>, options: Run): Observable<Verdict> =>
  source.pipe(
    options.record,
    filter((observation) => !('tuple' in observation) || matches(options.filter, observation.tuple)),
    tap(options.see),
    through(() => order(WINDOW_NS)),
    through(correlate),
    map(judge),
    filter((verdict) => selects(options.filter, verdict)),
    limit(options),
  )

const limit = ({ count, enough }: Run): MonoTypeOperatorFunction<Verdict> =>
  filter((_, index) => {
    if (index + 1 === count) enough()
    return index < count
  })
