// SPDX-License-Identifier: MIT
import type { Io } from '../io.ts'
import { needs, type Check } from '../live/check.ts'
import { readFacts, type Facts } from '../live/facts.ts'
import { hasKprobes } from '../live/parts.ts'

/** Tells what this machine needs to trace, each with its remedy. Gives 3 when it cannot trace as it is. */
export const doctor = async ({ bpftrace, json }: { bpftrace: string; json?: true }, io: Io): Promise<number> => {
  const facts = await readFacts(bpftrace)
  if (json) {
    io.out(`${JSON.stringify(facts, null, 2)}\n`)
    return 0
  }
  const required = needs(facts)
  io.out(
    `Linux ${facts.kernel} ${facts.machine}\n\nNeeded:\n${required.map(line).join('')}\nBetter with:\n${helps(facts).map(line).join('')}`,
  )
  return required.every(({ ok }) => ok) ? 0 : 3
}

const line = ({ name, ok, found, remedy }: Check) =>
  `  ${ok ? 'ok  ' : 'MISS'} ${name.padEnd(9)} ${found}\n${ok ? '' : `${' '.repeat(17)}hint: ${remedy}\n`}`

const MODULE_REMEDY = {
  ready: '',
  denied: 'run as root',
  absent: 'trace-reset module build && trace-reset module load; without it ss is asked, which knows less',
}

const helps = (facts: Facts): Check[] => [
  {
    name: 'kprobes',
    ok: !('error' in facts.btf) && hasKprobes(facts.btf),
    found:
      !('error' in facts.btf) && hasKprobes(facts.btf) ? 'built in' : 'not in this kernel: tracepoints alone are used',
    remedy: 'use a kernel built with CONFIG_KPROBES=y: without, callers, owners and steps are not seen',
  },
  {
    name: 'module',
    ok: facts.module === 'ready',
    found: `/dev/tcphash is ${facts.module}`,
    remedy: MODULE_REMEDY[facts.module],
  },
  {
    name: 'headers',
    ok: facts.headers,
    found: `/lib/modules/${facts.kernel}/build is ${facts.headers ? 'there' : 'absent'}`,
    remedy: `apt-get install linux-headers-${facts.kernel}, to build the module`,
  },
  {
    name: 'ss',
    ok: facts.ss,
    found: facts.ss ? 'there' : 'not found',
    remedy: 'apt-get install iproute2: it is asked where the module is not',
  },
]
