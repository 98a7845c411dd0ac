// SPDX-License-Identifier: MIT
import { tap, type Observable } from 'rxjs'
import { narrows } from '../filter/recorded.ts'
import { describeFilters } from '../filter/verdict.ts'
import { FORMATS, type FormatName } from '../format/format.ts'
import type { CreateSink, Detail, Output, Shown } from '../format/sink.ts'
import { createHeads } from './heads.ts'
import type { Io } from './io.ts'
import type { OutputOptions } from './options.ts'
import { toolVersion } from './package.ts'
import type { Kind, Observation } from '../observation.ts'
import { openForWriting } from '../recording/openForWriting.ts'
import { END_KEYS } from '../summary/byCause.ts'
import { ending } from '../summary/ending.ts'
import { createReport, plural } from '../summary/report.ts'
import { summarySink } from '../summary/sink.ts'
import { createTally, type Key } from '../summary/tally.ts'
import type { Line } from '../run.ts'
import { openCapture } from './capture.ts'
import type { Verdict } from '../verdict/verdict.ts'

/** The sum of a finished run: verdicts by cause, the steps given, and the end of the trace. */
export type Result = { verdicts: Map<string, number>; steps: number; stop: Kind<'stop'> | undefined }

/** Where a run is written to, opened before the run begins. */
export type Printer = {
  see: (observation: Observation) => void
  /** Counts what the filter leaves out. */
  leave: (what: Observation | Verdict) => void
  /**
   * Writes verdicts until they end or `until` fires, the totals too, and gives what it came to. Rejects with the
   * failure of the source.
   */
  print: (lines: Observable<Line>, until: AbortSignal) => Promise<Result>
}

/** What a printer takes of the options; the sink is made of the rest. */
type Printed = Omit<OutputOptions, 'format'>

/** Makes the printer for a sink. Throws a usage error when the output file cannot be written. */
export const createPrinter = (io: Io, options: Printed, createSink: CreateSink): Printer => {
  const { write, close } = openOutput(io, options)
  const capture = openCapture(io, options.pcapng)
  const shown = shownBy(io, options)
  const sink = createSink(shown)
  const report = createReport((recorded) => narrows(options, recorded))
  const tally = createTally(END_KEYS)
  const result: Result = { verdicts: new Map(), steps: 0, stop: undefined }
  const left = { verdicts: 0, events: 0 }
  const heads = createHeads(toolVersion())

  const see = (observation: Observation) => {
    report.see(observation)
    if (observation.kind === 'stop') result.stop = observation
    const before = heads.last()
    heads.see(observation)
    const begun = heads.last()
    if (begun === undefined) return
    if (before !== undefined) capture.see(observation, begun)
    if (observation.kind === 'tick') write(sink.tick?.(observation.at, begun) ?? '')
    if (observation.kind !== 'start') return
    // Of several recordings one after the other, the first has the header.
    if (before === undefined) write(sink.start(begun))
    capture.start(begun)
  }

  const next = (line: Line) => {
    const start = heads.of(line.kind === 'step' ? line.step.call.at : line.verdict.at)
    // Nothing is judged before the run has begun.
    if (start === undefined) return
    capture.line(line, start)
    if (line.kind === 'step') {
      result.steps += 1
      return write(sink.step(line.step, start))
    }
    const { verdict } = line
    report.judged(verdict)
    tally.see(verdict, start.boot)
    result.verdicts.set(verdict.cause, (result.verdicts.get(verdict.cause) ?? 0) + 1)
    write(sink.verdict(verdict, start))
  }

  const end = () => {
    const begun = heads.last()
    try {
      if (begun !== undefined) write(sink.end(begun))
      if (begun !== undefined) capture.end(begun)
    } finally {
      close()
      capture.close()
    }
    if (begun === undefined) return
    tellReport(io, options, report, result.verdicts.size === 0 ? left : undefined)
    if (options.summary === undefined) for (const line of ending(tally.groups(), shown)) io.note(line)
  }

  const print = async (lines: Observable<Line>, until: AbortSignal) => {
    // What cannot be written fails the stream, and so ends its source.
    await ended(lines.pipe(tap(next)), until, end)
    return result
  }

  const leave = (what: Observation | Verdict) => (left['cause' in what ? 'verdicts' : 'events'] += 1)

  return { see, leave, print }
}

/** What a filter left out, of a run that gave nothing. */
type Left = { verdicts: number; events: number }

const tellReport = (io: Io, options: Printed, report: ReturnType<typeof createReport>, left: Left | undefined) => {
  io.tell(report.text())
  if (left !== undefined && left.verdicts + left.events > 0) io.tell(leftOut(options, left))
  const unseen = report.unseen()
  if (unseen !== undefined) io.tell(`warning: ${unseen}`)
  if (options.balance === true) for (const line of report.reconciliation()) io.tell(line)
}

const leftOut = (options: Printed, { verdicts, events }: Left) =>
  `the filter ${describeFilters(options)} leaves out all there is: ` +
  [
    ...(verdicts > 0 ? [`${plural(verdicts, 'reset')} by verdict`] : []),
    ...(events > 0 ? [`${plural(events, 'event')} of other connections`] : []),
  ].join(', ')

/** The sink of `--format` and `--summary`. */
export const sinkOf = ({
  summary,
  format,
}: {
  summary?: readonly Key[] | undefined
  format: FormatName
}): CreateSink => (summary === undefined ? FORMATS[format] : summarySink(summary, format))

const shownBy = (io: Io, options: Printed): Shown => ({
  stack: options.stack === true,
  explain: options.explain === true,
  steps: options.steps.length > 0,
  detail: detailOf(options),
  paint: io.colour,
  get width() {
    return io.width
  },
  watched: io.interactive,
  zone: io.zone,
})

const detailOf = ({ quiet, verbose, wide }: Printed): Detail => {
  if (quiet === true) return 'quiet'
  if (verbose === true) return 'verbose'
  return wide === true ? 'wide' : 'brief'
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

// A file, or standard output; nothing where standard output has the packets.
const openOutput = (io: Io, { output, pcapng }: Printed): { write: (output: Output) => void; close: () => void } => {
  if (output === undefined) return { write: pcapng === '-' ? () => undefined : io.out, close: () => undefined }
  const file = openForWriting('--output', output)
  return { write: (bytes) => file.write(Buffer.from(bytes)), close: file.close }
}
