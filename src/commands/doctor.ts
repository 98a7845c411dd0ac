// SPDX-License-Identifier: MIT
import type { Io } from '../cli/io.ts'
import { helps, needs, type Check } from '../program/check.ts'
import { readProbe } from '../cli/package.ts'
import { ANY } from '../filter/filter.ts'
import type { Btf } from '../host/btf.ts'
import { readCpus } from '../host/cpus.ts'
import type { Facts, Symbols } from '../host/facts.ts'
import { memoryOf, type Sized } from '../program/limits.ts'
import { writeProgram } from '../program/program.ts'
import { factsToKeep, loadFacts } from '../program/loadFacts.ts'

/** Prints each need of a trace, and the remedy where it is not met. Gives exit code 3 when one is not met. */
export const doctor = async ({ bpftrace, json }: { bpftrace: string; json?: true }, io: Io): Promise<number> => {
  if (json) {
    io.out(`${JSON.stringify(await factsToKeep(bpftrace), null, 2)}\n`)
    return 0
  }
  const facts = await loadFacts({ bpftrace })
  io.out(describeMachine(facts))
  if (!('error' in facts.btf) && 'version' in facts.bpftrace)
    io.out(describeMemory(traceMemory(facts.btf, facts.symbols, { version: facts.bpftrace.version, ...readCpus() })))
  return needs(facts).every(({ ok }) => ok) ? 0 : 3
}

/** The text that doctor prints about a machine. */
export const describeMachine = (facts: Facts): string =>
  [
    `Linux ${facts.kernel} ${facts.machine}\n`,
    `Needed:\n${needs(facts).map(line).join('')}`,
    `Better with:\n${helps(facts).map(line).join('')}`,
  ].join('\n')

const traceMemory = (btf: Btf, symbols: Symbols, sized: Sized) =>
  memoryOf(writeProgram(btf, symbols, { filter: ANY, steps: [], ttl: false }, readProbe).text, sized)

/** The line that doctor prints about the memory of a trace. */
export const describeMemory = (bytes: number): string =>
  `\nA trace takes ${Math.round(bytes / 1e6)} MB of kernel memory for its maps and buffers, while it runs.\n`

const line = ({ name, ok, found, remedy }: Check) =>
  `  ${ok ? 'ok  ' : 'MISS'} ${name.padEnd(9)} ${found}\n${ok ? '' : `${' '.repeat(17)}hint: ${remedy}\n`}`
