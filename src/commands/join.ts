// SPDX-License-Identifier: MIT
import { defer, fromEvent, takeUntil } from 'rxjs'
import type { Io } from '../cli/io.ts'
import { judgedOf } from '../cli/judged.ts'
import type { JoinOptions } from '../cli/options.ts'
import { toolVersion } from '../cli/package.ts'
import { clockTexts, scoreTexts, totals } from '../join/ending.ts'
import { accountsText, scoreText } from '../join/format.ts'
import { createGathering, named, type Host } from '../join/host.ts'
import { join as joined } from '../join/join.ts'
import { scoreOf } from '../join/score.ts'
import { recordings } from '../recording/replay.ts'
import { openOutput, requireOtherOutput } from './output.ts'

/** The exit code of a join that was given up: nothing is written. */
const GIVEN_UP = 130

/**
 * Judges the recordings of several hosts, and writes down what they say together of each RST. Fails with a trace error when one
 * cannot be read, with a usage error when the output cannot be written.
 */
export const join = async (files: readonly string[], options: JoinOptions, io: Io): Promise<number> => {
  requireOtherOutput(files, { output: options.output })
  const hosts: Host[] = []
  for (const file of files) {
    hosts.push(...(await gather(file, hosts.length, io)))
    if (io.stop.aborted) return GIVEN_UP
  }
  const result = joined(named(hosts))
  const output = openOutput(io, options.output)
  try {
    if (options.score === true) output.write(scoreText(scoreOf(result.told), options.format))
    else for (const text of accountsText(result, options.format, io)) output.write(text)
  } finally {
    output.close()
  }
  io.tell(totals(result))
  for (const text of clockTexts(result)) io.tell(text)
  const score = scoreTexts(result)
  if (score === undefined) return 0
  io.tell(score.sentence)
  if (options.score !== true) for (const line of score.table) io.note(line)
  return 0
}

// The hosts of a file: it may hold several recordings, one behind the other.
const gather = async (file: string, first: number, io: Io): Promise<Host[]> => {
  const warn = (warning: string) => io.tell(`warning: ${warning}`)
  const source = recordings([file], { warn })
  const hosts: Host[] = []
  while (!source.done() && !io.stop.aborted) {
    const gathering = createGathering(first + hosts.length, file)
    const judged = defer(() =>
      judgedOf(source.next(), toolVersion(), (observation) => {
        gathering.see(observation)
        if (observation.kind === 'stop' && observation.error !== null)
          warn(`the trace of ${file} had failed: ${observation.error}`)
      }),
    )
    await judged
      .pipe(takeUntil(fromEvent(io.stop, 'abort')))
      .forEach(({ verdict, start }) => gathering.judged(verdict, start))
    const host = gathering.host()
    if (host !== undefined) hosts.push(host)
  }
  return hosts
}
