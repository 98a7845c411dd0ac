// SPDX-License-Identifier: MIT
import { filter, identity, map, type Observable } from 'rxjs'
import { ANY } from '../filter/filter.ts'
import { ANY_VERDICT } from '../filter/verdict.ts'
import type { Start } from '../format/sink.ts'
import type { Observation } from '../observation.ts'
import { run } from '../run.ts'
import type { Verdict } from '../verdict/verdict.ts'
import { createHeads } from './heads.ts'

/** A verdict, and the head of its recording as of that moment. */
export type Judged = { verdict: Verdict; start: Start }

/**
 * Every verdict on the resets of one recording, with nothing filtered; `tool` judges, and `see` is given each Observation before it is
 * judged, with the head as of then. There is no verdict before the first start.
 */
export const judgedOf = (
  source: Observable<Observation>,
  tool: string,
  see: (observation: Observation, start: Start | undefined) => void = () => undefined,
): Observable<Judged> => {
  const heads = createHeads(tool)
  return run(source, {
    record: identity,
    filter: { ...ANY, ...ANY_VERDICT },
    steps: [],
    count: Infinity,
    enough: () => undefined,
    see: (observation) => {
      heads.see(observation)
      see(observation, heads.last())
    },
  }).pipe(
    map((line) => {
      if (line.kind !== 'verdict') return undefined
      const start = heads.of(line.verdict.at)
      return start === undefined ? undefined : { verdict: line.verdict, start }
    }),
    filter((one) => one !== undefined),
  )
}
