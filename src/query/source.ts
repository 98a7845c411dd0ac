// SPDX-License-Identifier: MIT
import { isCapture } from '../capture/read.ts'
import { traceError, usageError } from '../errors.ts'
import { beginningOf } from '../recording/beginning.ts'

/** What a file holds: a recording, or verdicts as `replay` writes them, in JSON lines or in Parquet. */
export type Source =
  { kind: 'recording' | 'parquet'; file: string } | { kind: 'lines'; file: string; isZipped: boolean }

/** What a file holds, by its beginning; what is not known is taken for a recording, whose reader tells what is wrong with it. */
export const sourceOf = (file: string): Source => {
  if (file === '-') return { kind: 'recording', file }
  const { bytes, isZipped } = beginningOf(file)
  if (isCapture(bytes))
    throw usageError(
      `${file} is a capture: a query is of recordings and of verdicts`,
      'judge it first: trace-reset replay FILE --local ADDRESS -f parquet -o verdicts.parquet',
    )
  if (bytes.toString('latin1', 0, 4) === 'PAR1') return { kind: 'parquet', file }
  const [line = ''] = bytes.toString('utf8', 0, 4096).split('\n', 1)
  if (/^\{"schema":\d+,"time":"/.test(line)) return { kind: 'lines', file, isZipped }
  if (line.startsWith('{"schema":'))
    throw traceError(`${file}: it holds no verdicts`, 'a query is of recordings, and of what replay -f json writes')
  return { kind: 'recording', file }
}
