// SPDX-License-Identifier: MIT
// The package for programs: `import { replay, judge } from 'trace-reset'`. The README has an example.
import { from, map, type Observable, type ObservableInput } from 'rxjs'
import { judgedOf } from './cli/judged.ts'
import { toolVersion } from './cli/package.ts'
import { recordOf, type VerdictRecord } from './format/record.ts'
import type { Observation } from './observation.ts'
import { replay as observations } from './recording/replay.ts'

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
export const judge = (observed: ObservableInput<Observation>): Observable<VerdictRecord> =>
  judgedOf(from(observed), toolVersion()).pipe(map(({ verdict, start }) => recordOf(verdict, start)))
