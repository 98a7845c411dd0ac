// SPDX-License-Identifier: MIT
import type { Io } from '../cli/io.ts'
import { requireBtf } from '../program/check.ts'
import { writeProgram } from '../program/program.ts'
import { loadFacts } from '../program/loadFacts.ts'
import type { ProgramOptions } from '../cli/options.ts'
import { readProbe } from '../cli/package.ts'

/** Prints exactly the bpftrace program that a trace with these options would run. Fails with an environment error. */
export const program = async (options: ProgramOptions, io: Io): Promise<number> => {
  const facts = await loadFacts(options)
  const program = writeProgram(
    requireBtf(facts),
    facts.symbols,
    { filter: options, steps: options.steps, ttl: options.ttl === true, machine: facts.machine },
    readProbe,
  )
  io.out(program.text)
  return 0
}
