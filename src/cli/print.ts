// SPDX-License-Identifier: MIT
import { tap, type Observable } from 'rxjs'
import { narrows } from '../filter/recorded.ts'
import { FORMATS } from '../format/format.ts'
import type { CreateSink, Output, Start } from '../format/sink.ts'
import type { Io } from './io.ts'
import type { OutputOptions } from './options.ts'
import { toolVersion } from './package.ts'
import type { Kind, Observation } from '../observation.ts'
import { openForWriting } from '../recording/record.ts'
import { createReport } from '../summary/report.ts'
import type { Line } from '../run.ts'

/** The sum of a finished run: verdicts by cause, and the end of the trace. */
export type Result = { verdicts: Map<string, number>; stop: Kind<'stop'> | undefined }

/** Where a run is written to, opened before the run begins. */
export type Printer = {
  see: (observation: Observation) => void
  /**
   * Writes verdicts until they end or `until` fires, the totals too, and gives what it came to. Rejects with the
   * failure of the source.
   */
  print: (lines: Observable<Line>, until: AbortSignal) => Promise<Result>
}

/**
 * Makes the printer for a sink, that of `--format` by default. Throws a usage error when the output file cannot be
 * written.
 */
export const createPrinter = (
  io: Io,
  options: OutputOptions,
  createSink: CreateSink = FORMATS[options.format],
): Printer => {
  const { write, close } = openOutput(io, options.output)
  const sink = createSink({
    paint: io.colour,
    stack: options.stack === true,
    explain: options.explain === true,
    steps: options.steps.length > 0,
  })
  const report = createReport((recorded) => narrows(options, recorded))
  const result: Result = { verdicts: new Map(), stop: undefined }
  let begun: Start | undefined

  const see = (observation: Observation) => {
    report.see(observation)
    if (observation.kind === 'stop') result.stop = observation
    if (observation.kind !== 'start') return
    begun = { ...observation, tool: toolVersion() }
    write(sink.start(begun))
  }

  const next = (line: Line, start: Start) => {
    if (line.kind === 'step') return write(sink.step(line.step, start))
    const { verdict } = line
    report.judged(verdict)
    result.verdicts.set(verdict.cause, (result.verdicts.get(verdict.cause) ?? 0) + 1)
    write(sink.verdict(verdict, start))
  }

  const end = () => {
    if (begun === undefined) return close()
    try {
      write(sink.end(begun))
    } finally {
      close()
    }
    io.tell(report.text())
    const unseen = report.unseen()
    if (unseen !== undefined) io.tell(`warning: ${unseen}`)
    if (options.summary === true) for (const line of report.reconciliation()) io.tell(line)
  }

  const print = async (lines: Observable<Line>, until: AbortSignal) => {
    // Nothing is judged before the run has begun. What cannot be written fails the stream, and so ends its source.
    const written = lines.pipe(tap((line) => begun !== undefined && next(line, begun)))
    await ended(written, until, end)
    return result
  }

  return { see, print }
}

// Resolves when the lines end or `until` fires, rejects when they fail; calls `end` before, in any case.
const ended = (lines: Observable<Line>, until: AbortSignal, end: () => void) =>
  new Promise<void>((resolve, reject) => {
    const settle = (failure?: unknown) => {
      try {
        end()
      } catch (error) {
        return reject(failure ?? error)
      }
      if (failure === undefined) resolve()
      else reject(failure)
    }
    const subscription = lines.subscribe({ error: settle, complete: settle })
    until.addEventListener('abort', () => {
      if (subscription.closed) return
      subscription.unsubscribe()
      settle()
    })
  })

// A file, or standard output.
const openOutput = (io: Io, name: string | undefined): { write: (output: Output) => void; close: () => void } => {
  if (name === undefined) return { write: io.out, close: () => undefined }
  const file = openForWriting('--output', name)
  return { write: (output) => file.write(Buffer.from(output)), close: file.close }
}
