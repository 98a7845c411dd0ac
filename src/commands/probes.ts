// SPDX-License-Identifier: MIT
import { wrap } from '../format/text.ts'
import type { Io } from '../io.ts'
import type { Btf } from '../live/btf.ts'
import { CATALOGUE, type Probe } from '../live/catalogue.ts'
import { requireBtf } from '../live/check.ts'
import { has } from '../live/program.ts'
import { loadFacts } from '../live/recordedFacts.ts'

/** Lists the catalogue: what each probe takes on this kernel, what it tells and costs. */
export const probes = async (options: { bpftrace: string; facts?: string }, io: Io): Promise<number> => {
  const btf = requireBtf(await loadFacts(options))
  for (const probe of CATALOGUE) io.out(entry(probe, btf))
  return 0
}

const entry = (probe: Probe, btf: Btf) => {
  const here = has(btf, probe)
  const parameters = btf.functions[probe.name]
  const signature = parameters === undefined ? probe.name : `${probe.name}(${parameters.join(', ')})`
  const lines = [
    ...wrap(`tells ${probe.tells}`, 76),
    `returns ${probe.returns}; costs ${probe.cost}; probes/${probe.file}`,
    ...(here ? [] : ['NOT on this kernel: the trace goes on without it']),
  ]
  return `${here ? '+' : '-'} ${probe.type} ${signature}\n${lines.map((line) => `    ${line}\n`).join('')}`
}
