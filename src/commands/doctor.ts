// SPDX-License-Identifier: MIT
import type { Io } from '../cli/io.ts'
import { helps, needs, type Check } from '../program/check.ts'
import type { Facts } from '../host/facts.ts'
import { factsToKeep, loadFacts } from '../program/loadFacts.ts'

/** Prints each need of a trace, and the remedy where it is not met. Gives exit code 3 when one is not met. */
export const doctor = async ({ bpftrace, json }: { bpftrace: string; json?: true }, io: Io): Promise<number> => {
  if (json) {
    io.out(`${JSON.stringify(await factsToKeep(bpftrace), null, 2)}\n`)
    return 0
  }
  const facts = await loadFacts({ bpftrace })
  io.out(describeMachine(facts))
  return needs(facts).every(({ ok }) => ok) ? 0 : 3
}

/** The text that doctor prints about a machine. */
export const describeMachine = (facts: Facts): string =>
  [
    `Linux ${facts.kernel} ${facts.machine}\n`,
    `Needed:\n${needs(facts).map(line).join('')}`,
    `Better with:\n${helps(facts).map(line).join('')}`,
  ].join('\n')

const line = ({ name, ok, found, remedy }: Check) =>
  `  ${ok ? 'ok  ' : 'MISS'} ${name.padEnd(9)} ${found}\n${ok ? '' : `${' '.repeat(17)}hint: ${remedy}\n`}`
