// SPDX-License-Identifier: MIT
import { jsonRow } from '../format/json.ts'
import { ExpectedError, messageOf } from '../errors.ts'
import type { Io } from '../cli/io.ts'
import type { Answering } from '../cli/options.ts'
import { helps, needs, type Check } from '../program/check.ts'
import { offers } from '../program/offers.ts'
import { readProbe, toolVersion } from '../cli/package.ts'
import { ANY } from '../filter/filter.ts'
import type { Btf } from '../host/btf.ts'
import { readCpus } from '../host/cpus.ts'
import type { Facts, Symbols } from '../host/facts.ts'
import { readWays } from '../host/ways.ts'
import { loadPackages } from '../otlp/packages.ts'
import { memoryOf, type Sized } from '../program/limits.ts'
import { writeProgram } from '../program/program.ts'
import { factsToKeep, loadFacts } from '../program/loadFacts.ts'

/** Prints each need of a trace, and the remedy where it is not met. Gives exit code 3 when one is not met. */
export const doctor = async (
  { bpftrace, json, format }: Answering & { bpftrace: string; json?: true },
  io: Io,
): Promise<number> => {
  if (json) {
    io.out(`${JSON.stringify(await factsToKeep(bpftrace), null, 2)}\n`)
    return 0
  }
  const facts = await loadFacts({ bpftrace })
  const bytes = memoryFor(facts)
  const ways = offers(await readWays(toolVersion()), await otlpRemedy())
  if (format === 'json') io.out(machineJson(facts, bytes, ways))
  else io.out(`${describeMachine(facts, ways)}${bytes === null ? '' : describeMemory(bytes)}`)
  return canTrace(facts) ? 0 : 3
}

const canTrace = (facts: Facts) => needs(facts).every(({ ok }) => ok)

// Not known without BTF or bpftrace.
const memoryFor = ({ btf, symbols, bpftrace }: Facts) =>
  'error' in btf || !('version' in bpftrace)
    ? null
    : traceMemory(btf, symbols, { version: bpftrace.version, ...readCpus() })

const otlpRemedy = async (): Promise<string | undefined> => {
  try {
    await loadPackages()
    return undefined
  } catch (error) {
    return error instanceof ExpectedError && error.hint !== undefined ? error.hint : messageOf(error)
  }
}

/** What doctor says about a machine, for programs: each check as people read it. */
export const machineJson = (facts: Facts, bytes: number | null, ways: readonly Check[]): string =>
  jsonRow({
    kernel: facts.kernel,
    machine: facts.machine,
    can_trace: canTrace(facts),
    memory_bytes: bytes,
    needed: needs(facts),
    better_with: helps(facts),
    for_more: ways,
  })

/** The text that doctor prints about a machine. */
export const describeMachine = (facts: Facts, ways: readonly Check[]): string =>
  [
    `Linux ${facts.kernel} ${facts.machine}\n`,
    `Needed:\n${needs(facts).map(line).join('')}`,
    `Better with:\n${helps(facts).map(line).join('')}`,
    `For more:\n${ways.map(line).join('')}`,
  ].join('\n')

const traceMemory = (btf: Btf, symbols: Symbols, sized: Sized) =>
  memoryOf(writeProgram(btf, symbols, { filter: ANY, steps: [], ttl: false }, readProbe).text, sized)

/** The line that doctor prints about the memory of a trace. */
export const describeMemory = (bytes: number): string =>
  `\nA trace takes ${Math.round(bytes / 1e6)} MB of kernel memory for its maps and buffers, while it runs.\n`

const line = ({ name, ok, found, remedy }: Check) =>
  `  ${ok ? 'ok  ' : 'MISS'} ${name.padEnd(9)} ${found}\n${ok ? '' : `${' '.repeat(17)}hint: ${remedy}\n`}`
