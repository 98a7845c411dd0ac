// SPDX-License-Identifier: MIT
import { statSync } from 'node:fs'
import { expectationError, usageError } from '../errors.ts'
import type { Io } from '../cli/io.ts'
import type { Expectation, ReplayOptions } from '../cli/options.ts'
import { createPrinter } from '../cli/print.ts'
import { createProgress } from '../cli/progress.ts'
import { replay as observations } from '../recording/replay.ts'
import { run } from '../run.ts'

/** Judges a recording. Fails with a trace error when it cannot be read, and with an expectation error. */
export const replay = async (file: string, options: ReplayOptions, io: Io): Promise<number> => {
  if (options.output !== undefined && isSameFile(file, options.output)) {
    throw usageError(
      `--output: ${options.output} is the recording itself`,
      'name another file: the output would overwrite the recording',
    )
  }
  const printer = createPrinter(io, options)
  const progress = progressOf(file, io)
  const lines = run(observations(file, { warn: (warning) => io.tell(`warning: ${warning}`), read: progress?.at }), {
    record: (observed) => observed,
    filter: options,
    steps: options.steps,
    count: options.count,
    enough: () => undefined,
    see: printer.see,
  })
  // Expectations are of all that was recorded, whether or not somebody reads on.
  const until = options.expect.length === 0 ? io.stop : io.interrupt
  const { verdicts: given, stop } = await printer.print(lines, until).finally(progress?.end)
  if (stop !== undefined && stop.error !== null) io.tell(`warning: the trace had failed: ${stop.error}`)
  if (options.expect.length > 0 && until.aborted)
    throw expectationError('not all was judged: no expectation is known to hold')
  const broken = options.expect.filter((expected) => !holds(expected, given))
  if (broken.length > 0) throw expectationError(broken.map((expected) => describe(expected, given)).join('; '))
  return 0
}

// Of what has a size, where there is a terminal to tell it.
const progressOf = (file: string, { status }: Io) => {
  const size = file === '-' ? undefined : statSync(file, { throwIfNoEntry: false })?.size
  return status === undefined || !size ? undefined : createProgress(size, () => performance.now(), status)
}

const isSameFile = (one: string, other: string) => {
  const [a, b] = [one, other].map((path) => statSync(path, { throwIfNoEntry: false }))
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino
}

const holds = ({ cause, count }: Expectation, given: ReadonlyMap<string, number>) =>
  count === undefined ? given.has(cause) : (given.get(cause) ?? 0) === count

const describe = ({ cause, count }: Expectation, given: ReadonlyMap<string, number>) => {
  const got = [...given].map(([name, n]) => `${name} ${n} times`).join(', ')
  return `expected ${cause}${count === undefined ? '' : ` ${count} times`}, got ${got || 'no verdict'}`
}
