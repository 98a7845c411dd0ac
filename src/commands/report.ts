// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs'
import { fromEvent, takeUntil } from 'rxjs'
import type { Io } from '../cli/io.ts'
import type { ReportOptions } from '../cli/options.ts'
import { packageFile, toolVersion } from '../cli/package.ts'
import { narrows } from '../filter/recorded.ts'
import type { Start } from '../format/sink.ts'
import { replay as observations } from '../recording/replay.ts'
import { assetsOf } from '../report/assets.ts'
import type { Told } from '../report/entry.ts'
import { page, type Source } from '../report/page.ts'
import { createTrail } from '../report/trail.ts'
import { run } from '../run.ts'
import { openOutput, requireOtherOutput } from './output.ts'
import { createReport } from '../summary/report.ts'

/** The exit code of a report that was given up: none is written. */
const GIVEN_UP = 130

/**
 * Judges recordings and writes them down as one page of HTML. Fails with a trace error when one cannot be read, with a usage
 * error when the page cannot be written.
 */
export const report = async (files: readonly string[], options: ReportOptions, io: Io): Promise<number> => {
  requireOtherOutput(files, { output: options.output })
  const sources: Source[] = []
  const told: Told[] = []
  for (const file of files) {
    const source = await judged(file, options, io, told)
    if (io.stop.aborted) return GIVEN_UP
    if (source !== undefined) sources.push(source)
  }
  const assets = assetsOf((file) => readFileSync(packageFile(file), 'utf8'))
  write(page(sources, told, assets), options.output, io)
  for (const { file, totals } of sources) io.tell(`${file}: ${totals}`)
  return 0
}

// The verdicts of one recording go to `told`; its head and totals come back.
const judged = async (file: string, options: ReportOptions, io: Io, told: Told[]): Promise<Source | undefined> => {
  const trail = createTrail()
  const totals = createReport((recorded) => narrows(options, recorded))
  const warnings: string[] = []
  let start: Start | undefined
  const warn = (warning: string) => {
    warnings.push(warning)
    io.tell(`warning: ${warning}`)
  }
  const lines = run(observations(file, { warn }), {
    record: (observed) => observed,
    filter: options,
    steps: [],
    count: Infinity,
    enough: () => undefined,
    see: (observation) => {
      trail.see(observation)
      totals.see(observation)
      if (observation.kind === 'start') start = { ...observation, tool: toolVersion() }
      if (observation.kind === 'stop' && observation.error !== null) warn(`the trace had failed: ${observation.error}`)
    },
  }).pipe(takeUntil(fromEvent(io.stop, 'abort')))
  await lines.forEach((line) => {
    if (line.kind !== 'verdict' || start === undefined) return
    totals.judged(line.verdict)
    told.push({ verdict: line.verdict, start, events: trail.of(line.verdict) })
  })
  return start === undefined ? undefined : { file, start, totals: totals.text(), warnings }
}

const write = (text: string, name: string | undefined, io: Io) => {
  const output = openOutput(io, name)
  try {
    output.write(text)
  } finally {
    output.close()
  }
}
