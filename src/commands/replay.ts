// SPDX-License-Identifier: MIT
import { statSync } from 'node:fs'
import { defer, EMPTY, identity, of, repeat, takeWhile, tap, type MonoTypeOperatorFunction } from 'rxjs'
import { expectationError } from '../errors.ts'
import type { Io } from '../cli/io.ts'
import type { Expectation, ReplayOptions } from '../cli/options.ts'
import { createPrinter, sinkOf, type Result } from '../cli/print.ts'
import { createProgress } from '../cli/progress.ts'
import type { CreateSink } from '../format/sink.ts'
import type { Observation } from '../observation.ts'
import { recordings, type Pace } from '../recording/replay.ts'
import { run, type Line } from '../run.ts'
import { areCaptures, captureLines } from './capture.ts'
import { requireOtherOutput } from './output.ts'
import type { OtlpOutlet } from './trace/otlp.ts'

/** In the place of the format's own sink; and the pace, where events come as fast as they once did. */
type How = { createSink?: CreateSink | undefined; pace?: Pace | undefined }

/**
 * Judges recordings, one after the other. Fails with a trace error when one cannot be read, and with an expectation error.
 */
export const replay = async (
  files: readonly string[],
  options: ReplayOptions,
  io: Io,
  { createSink, pace }: How = {},
): Promise<number> => {
  requireOtherOutput(files, { output: options.output, pcapng: options.pcapng })
  const isCaptured = areCaptures(files, options)
  const shipping = await openShipping(options, io)
  const printer = createPrinter(io, options, createSink ?? (await openSink(options, io)))
  const progress = progressOf(files, io)
  const see = (observation: Observation) => {
    if (observation.kind === 'stop' && observation.error !== null)
      io.tell(`warning: the trace had failed: ${observation.error}`)
    printer.see(observation)
    shipping?.see(observation)
  }
  const warn = (warning: string) => io.tell(`warning: ${warning}`)
  const source = recordings(files, { warn, read: progress?.at, pace: pace ?? shipping?.room })
  const recorded = defer(() =>
    run(source.next(), {
      record: identity,
      filter: options,
      steps: options.steps,
      count: Infinity,
      enough: () => undefined,
      see,
      leave: printer.leave,
    }),
  ).pipe(repeat({ delay: () => (source.done() ? EMPTY : of(true)) }))
  const lines = (
    isCaptured
      ? captureLines(files, { filter: options, see, leave: printer.leave, warn, read: progress?.at })
      : recorded
  ).pipe(
    first(options.count),
    tap((line) => line.kind === 'verdict' && shipping?.judged(line.verdict)),
  )
  // Expectations are of all that was recorded, whether or not somebody reads on.
  const until = options.expect.length === 0 ? io.stop : io.interrupt
  const { verdicts: given, steps } = await ended(printer.print(lines, until).finally(progress?.end), shipping)
  if (options.steps.length > 0 && steps === 0)
    io.tell('warning: no such step was recorded: a recording has those of its own --packets and --probe')
  if (options.expect.length > 0 && until.aborted)
    throw expectationError('not all was judged: no expectation is known to hold')
  const broken = options.expect.filter((expected) => !holds(expected, given))
  if (broken.length > 0)
    throw expectationError(
      broken.map((expected) => describe(expected, given)).join('\n'),
      `${broken.length} of ${options.expect.length} --expect ${broken.length === 1 ? 'does' : 'do'} not hold`,
    )
  if (options.expect.length > 0) io.tell(allHold(options.expect.length))
  return shipping === undefined || shipping.complete() ? 0 : 1
}

const openSink = async (options: ReplayOptions, io: Io) => {
  const { summary, format } = options
  return format === 'parquet' ? (await import('./parquet.ts')).openParquet(options, io) : sinkOf({ summary, format })
}

const ended = async (printing: Promise<Result>, shipping: OtlpOutlet | undefined) => {
  try {
    return await printing
  } finally {
    await shipping?.end()
  }
}

// Read no faster than verdicts are taken there.
const openShipping = async ({ otlp }: ReplayOptions, io: Io) =>
  otlp === undefined
    ? undefined
    : (await import('./trace/otlp.ts')).openOtlp(otlp, false, io, (warning) => io.tell(`warning: ${warning}`))

// Of what has a size, where there is a terminal to tell it.
const progressOf = (files: readonly string[], { status }: Io) => {
  const sizes = files.map((file) => (file === '-' ? undefined : statSync(file, { throwIfNoEntry: false })?.size))
  const size = sizes.some((one) => !one) ? 0 : sizes.reduce<number>((sum, one) => sum + (one ?? 0), 0)
  return status === undefined || size === 0 ? undefined : createProgress(size, () => performance.now(), status)
}

// The first verdicts, and the end of reading with the last of them.
const first = (count: number): MonoTypeOperatorFunction<Line> => {
  let given = 0
  return takeWhile((line) => line.kind !== 'verdict' || ++given < count, true)
}

const allHold = (count: number) => (count === 1 ? '1 expectation holds' : `${count} expectations hold`)

const countOf = ({ causes }: Expectation, given: ReadonlyMap<string, number>) =>
  causes.reduce((sum, cause) => sum + (given.get(cause) ?? 0), 0)

const holds = (expected: Expectation, given: ReadonlyMap<string, number>) => {
  const got = countOf(expected, given)
  return expected.count === undefined ? got > 0 : got === expected.count
}

const describe = (expected: Expectation, given: ReadonlyMap<string, number>) =>
  `${expected.name}: expected ${expected.count ?? 'some'}, got ${countOf(expected, given)}`
