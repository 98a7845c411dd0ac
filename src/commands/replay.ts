// SPDX-License-Identifier: MIT
import { statSync } from 'node:fs'
import { expectationError, usageError } from '../errors.ts'
import type { Io } from '../cli/io.ts'
import type { Expectation, ReplayOptions } from '../cli/options.ts'
import { createPrinter } from '../cli/print.ts'
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
  const lines = run(
    observations(file, (warning) => io.tell(`warning: ${warning}`)),
    {
      record: (observed) => observed,
      filter: options,
      steps: options.steps,
      count: options.count,
      enough: () => undefined,
      see: printer.see,
    },
  )
  const { verdicts: given, stop } = await printer.print(lines, io.stop)
  if (stop !== undefined && stop.error !== null) io.tell(`warning: the trace had failed: ${stop.error}`)
  const broken = options.expect.filter((expected) => !holds(expected, given))
  if (broken.length > 0) throw expectationError(broken.map((expected) => describe(expected, given)).join('; '))
  return 0
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
