// SPDX-License-Identifier: MIT
// The package for programs: `import { replay, judge } from 'trace-reset'`. The README has an example.
import { filter, from, map, type Observable, type ObservableInput } from 'rxjs'
import { toolVersion } from './cli/package.ts'
import { ANY } from './filter/filter.ts'
import { ANY_VERDICT } from './filter/verdict.ts'
import { recordOf, type VerdictRecord } from './format/record.ts'
import type { Start } from './format/sink.ts'
import type { Observation } from './observation.ts'
import { replay as observations } from './recording/replay.ts'
import { run } from './run.ts'

export { decode } from './recording/decode.ts'
export { ExpectedError } from './errors.ts'
export { CAUSES, type CauseId } from './verdict/causes.ts'
export type { Cause, Outcome, Who } from './verdict/cause.ts'
export type { Confidence } from './verdict/rule.ts'
export type { Observation, VerdictRecord }

/**
 * The verdicts on the resets of a recording, as `trace-reset replay` gives them. `-` is standard input; `warn` is told of a
 * recording that was cut off. Fails with an ExpectedError that names the line where the recording is damaged.
 */
export const replay = (
  file: string,
  { warn = () => undefined }: { warn?: (message: string) => void } = {},
): Observable<VerdictRecord> => judge(observations(file, { warn }))

/**
 * The verdicts on the resets of Observations: the lines of a recording, in an array, an async iterable or an Observable, each
 * read by `decode`. The first is the `start`; without one there is no verdict.
 */
export const judge = (observed: ObservableInput<Observation>): Observable<VerdictRecord> => {
  let start: Start | undefined
  const see = (observation: Observation) => {
    if (observation.kind === 'start') start = { ...observation, tool: toolVersion() }
  }
  const lines = run(from(observed), {
    record: (same) => same,
    filter: { ...ANY, ...ANY_VERDICT },
    steps: [],
    count: Infinity,
    enough: () => undefined,
    see,
  })
  return lines.pipe(
    map((line) => (line.kind === 'verdict' && start !== undefined ? recordOf(line.verdict, start) : undefined)),
    filter((record) => record !== undefined),
  )
}
