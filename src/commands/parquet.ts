// SPDX-License-Identifier: MIT
// `--format parquet` of a replay.
import type { Io } from '../cli/io.ts'
import type { ReplayOptions } from '../cli/options.ts'
import { usageError } from '../errors.ts'
import { parquet, type ParquetLibrary } from '../format/parquet.ts'
import type { CreateSink } from '../format/sink.ts'
import { loadOptional, orMissing } from '../optional.ts'

/** What writes Parquet: an optional peer, 1 MB. A test holds that package.json has the same. */
export const PARQUET = { 'hyparquet-writer': '0.17.0' } as const

/** Makes its sink. Fails with a usage error where the options ask for what is no verdict, with an environment error without the package. */
export const openParquet = async ({ summary, steps, output }: ReplayOptions, io: Io): Promise<CreateSink> => {
  if (summary !== undefined || steps.length > 0)
    throw usageError(
      `--format parquet is of verdicts, and ${summary === undefined ? '--packets and --probe' : '--summary'} gives others`,
      'leave it out, or take another format',
    )
  if (output === undefined && io.interactive)
    throw usageError('--format parquet is no text for a terminal', 'name a file with -o, as in -o verdicts.parquet')
  try {
    const load = (): Promise<ParquetLibrary> => import('hyparquet-writer')
    return parquet(await loadOptional({ name: 'hyparquet-writer', load, needed: 'ParquetWriter' }))
  } catch (error) {
    throw orMissing(error, '--format parquet: hyparquet-writer is not installed', PARQUET)
  }
}
