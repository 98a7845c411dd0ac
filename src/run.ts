// SPDX-License-Identifier: MIT
import { defer, filter, mergeMap, tap, type MonoTypeOperatorFunction, type Observable } from 'rxjs'
import { matchesByAny } from './filter/match.ts'
import type { Filter } from './filter/filter.ts'
import { correlate } from './flow/correlate.ts'
import { order, type Machine } from './flow/order.ts'
import { pairCalls, type Step } from './flow/steps.ts'
import { createTranslations } from './flow/translations.ts'
import type { Tuple } from './flow/tuple.ts'
import type { Observation } from './observation.ts'
import { through } from './flow/through.ts'
import { createChain } from './verdict/chain.ts'
import { judge } from './verdict/judge.ts'
import { selects, type VerdictFilter } from './filter/verdict.ts'
import type { Verdict } from './verdict/verdict.ts'

/** How long an event waits for older events of other CPUs, in event time, in recordings without ticks. */
const WINDOW_NS = 250_000_000

/** What a run needs besides its source: the recorder, the filters, and the end. */
export type Run = {
  record: MonoTypeOperatorFunction<Observation>
  filter: Filter & VerdictFilter
  /** The kernel functions whose steps are given. */
  steps: readonly string[]
  /** The most verdicts to give; `enough` is called after the last of them, to end the source in good order. */
  count: number
  enough: () => void
  /** Sees every Observation before it is judged. */
  see: (observation: Observation) => void
  /** Is told of what the filter leaves out: an Observation of another connection, or a verdict. */
  leave?: (what: Observation | Verdict) => void
}

/** What a run gives: a verdict, or a packet's step through the kernel. */
export type Line = { kind: 'verdict'; verdict: Verdict } | { kind: 'step'; step: Step }

/** The whole tool: Observations, live or recorded, become Lines. Nothing after the source reads a clock. */
export const run = (source: Observable<Observation>, options: Run): Observable<Line> =>
  defer(() => {
    const selection = createSelection(options.filter)
    const tied = createChain()
    return source.pipe(
      options.record,
      tap((observation) => (selection.sees(observation) ? options.see(observation) : options.leave?.(observation))),
      through(() => order(WINDOW_NS)),
      // What the filter leaves out is correlated too: what NAT calls a connection may be known by its reset only.
      through(() =>
        both(
          pairCalls(({ tuple }) => selection.selects(tuple)),
          correlate(),
        ),
      ),
      mergeMap((found) =>
        'call' in found
          ? stepLine(found, options)
          : verdictLine(tied({ reset: found, verdict: judge(found) }), options),
      ),
      limit(options),
    )
  })

/** Which connections the filter selects, by any of the tuples that the Observations so far give them. */
const createSelection = (wanted: Filter) => {
  const translations = createTranslations()
  const selects = (tuple: Tuple) => matchesByAny(wanted, tuple, translations.of(tuple))
  const sees = (observation: Observation): boolean => {
    if (observation.kind === 'nat') translations.learn(observation)
    // Calls pass the filter always, since their returns do not name a connection; a drop has none.
    return (
      (observation.kind === 'call' && observation.fn !== 'kfree_skb') ||
      observation.kind === 'nat' ||
      !('tuple' in observation) ||
      isOfListener(observation) ||
      selects(observation.tuple)
    )
  }
  return { selects, sees }
}

// A listener has no peer that a filter could match, and it owns the connections that it refuses.
const isOfListener = (observation: Observation) =>
  (observation.kind === 'state' && (observation.to === 'LISTEN' || observation.from === 'LISTEN')) ||
  (observation.kind === 'owner' && observation.tuple.sport === 0)

// Runs two machines on one stream; for each event, the output of the first comes first.
const both = <In, A, B>(one: Machine<In, A>, other: Machine<In, B>): Machine<In, A | B> => ({
  push: (input) => joined(one.push(input), other.push(input)),
  flush: () => [...one.flush(), ...other.flush()],
})

// Most events give nothing yet.
const joined = <A, B>(some: A[], others: B[]): (A | B)[] => {
  if (some.length === 0) return others
  return others.length === 0 ? some : [...some, ...others]
}

const stepLine = (step: Step, { steps }: Run): Line[] => (steps.includes(step.call.fn) ? [{ kind: 'step', step }] : [])

const verdictLine = (verdict: Verdict, { filter: wanted, leave }: Run): Line[] => {
  // What is told of its connection was left out already.
  if (!matchesByAny(wanted, verdict.tuple, verdict.nat)) return []
  if (selects(wanted, verdict)) return [{ kind: 'verdict', verdict }]
  leave?.(verdict)
  return []
}

// Ends after the last verdict asked for: no step comes after it.
const limit = ({ count, enough }: Run): MonoTypeOperatorFunction<Line> => {
  let given = 0
  return filter((line) => {
    if (given >= count) return false
    if (line.kind === 'verdict' && ++given === count) enough()
    return true
  })
}
