// SPDX-License-Identifier: MIT
import { closeSync } from 'node:fs'
import type { Observable } from 'rxjs'
import { describeFilter } from '../filter/describe.ts'
import type { Filter } from '../filter/filter.ts'
import { formatOf, type FormatName } from '../format/format.ts'
import type { Io } from './io.ts'
import type { Kind, Observation } from '../observation.ts'
import { openForWriting, writeAll } from '../recording/record.ts'
import { createReport } from '../summary/report.ts'
import type { Line } from '../run.ts'
import type { VerdictFilter } from '../filter/verdict.ts'

/** The sum of a finished run: verdicts by cause, and the end of the trace. */
export type Result = { verdicts: Map<string, number>; stop: Kind<'stop'> | undefined }

/** Where a run's text goes, opened before the run begins. */
export type Printer = {
  see: (observation: Observation) => void
  /**
   * Prints verdicts until they end or `until` fires, the totals too, and gives what it came to. Rejects with the
   * failure of the source.
   */
  print: (lines: Observable<Line>, until: AbortSignal) => Promise<Result>
}

/** How to print: the options of those names, and what is asked for at all. */
export type PrintOptions = Filter &
  VerdictFilter & {
    format: FormatName
    output?: string
    stack?: true
    explain?: true
    summary?: true
    steps: readonly string[]
  }

/** Makes the printer. Throws a usage error when the output file cannot be written. */
export const createPrinter = (io: Io, options: PrintOptions): Printer => {
  const file = options.output === undefined ? undefined : openForWriting('--output', options.output)
  const out = file === undefined ? io.out : (text: string) => writeAll(file, Buffer.from(text))
  const format = formatOf(options.format, {
    paint: io.colour && file === undefined,
    stack: options.stack === true,
    explain: options.explain === true,
    steps: options.steps.length > 0,
  })
  const report = createReport((recorded) => !['any', recorded].includes(describeFilter(options)))
  const result: Result = { verdicts: new Map(), stop: undefined }
  let boot = { s: 0, ns: 0 }

  const see = (observation: Observation) => {
    report.see(observation)
    if (observation.kind === 'stop') result.stop = observation
    if (observation.kind !== 'start') return
    boot = observation.boot
    out(format.header())
  }

  const end = () => {
    if (file !== undefined) closeSync(file)
    io.tell(report.text())
    if (options.summary === true) for (const line of report.reconciliation()) io.tell(line)
  }

  const print = (lines: Observable<Line>, until: AbortSignal) =>
    new Promise<Result>((resolve, reject) => {
      const subscription = lines.subscribe({
        next: (line) => {
          if (line.kind === 'step') {
            out(format.step(line.step, boot))
            return
          }
          const { verdict } = line
          report.judged(verdict)
          result.verdicts.set(verdict.cause, (result.verdicts.get(verdict.cause) ?? 0) + 1)
          out(format.verdict(verdict, boot))
        },
        error: (error: unknown) => {
          end()
          reject(error)
        },
        complete: () => {
          end()
          resolve(result)
        },
      })
      until.addEventListener('abort', () => {
        subscription.unsubscribe()
        end()
        resolve(result)
      })
    })

  return { see, print }
}
