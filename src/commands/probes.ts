// SPDX-License-Identifier: MIT
import { wrap } from '../format/text.ts'
import { jsonRow } from '../format/json.ts'
import type { Io } from '../cli/io.ts'
import type { Answering } from '../cli/options.ts'
import { CATALOGUE, type Traced } from '../program/catalogue.ts'
import { requireBtf } from '../program/check.ts'
import type { Facts } from '../host/facts.ts'
import { partsFor, presentIn, type Part } from '../program/parts.ts'
import { loadFacts } from '../program/loadFacts.ts'
import { stepOf } from '../program/packetPath.ts'

/**
 * Lists the probes of every trace, and those for `--probe` with arguments, return value, use and cost on this kernel.
 */
export const probes = async (options: Answering & { bpftrace: string; facts?: string }, io: Io): Promise<number> => {
  const facts = await loadFacts(options)
  const btf = requireBtf(facts)
  // Two parts may be attached to the entry and the return of the same functions.
  const attached = partsFor(btf, facts.symbols.copies).filter(({ timer }) => timer !== true)
  if (options.format === 'json') {
    io.out(
      [...attached.map((part) => partJson(facts, part)), ...CATALOGUE.map((traced) => stepJson(traced, facts))].join(
        '',
      ),
    )
    return 0
  }
  io.out('Of every trace:\n')
  for (const line of new Set(attached.map((part) => partLine(facts, part)))) io.out(line)
  io.out('\nFor --probe NAME,... (* what --packets shows):\n')
  for (const traced of CATALOGUE) io.out(entry(traced, facts))
  return 0
}

const partJson = (facts: Facts, part: Part) =>
  jsonRow({
    use: 'trace',
    names: part.tracepoint === undefined ? part.functions : [part.tracepoint.join(':')],
    here: presentIn(requireBtf(facts), facts.symbols.copies, part) !== undefined,
    per_packet: part.perPacket === true,
  })

const stepJson = (traced: Traced, facts: Facts) => {
  const step = stepOf(requireBtf(facts), facts.symbols, traced)
  const { name, type, category, packets, families, tells, returns, cost, module, by } = traced
  return jsonRow({
    use: 'step',
    names: [type === 'tracepoint' ? `${category}:${name}` : name],
    here: step !== undefined,
    arguments: step?.signature ?? null,
    packets: packets === true,
    families: families.split(', ').map(Number),
    tells,
    returns,
    cost,
    module: module ?? null,
    file: `probes/${by}`,
  })
}

const partLine = (facts: Facts, part: Part) => {
  const names = part.tracepoint?.join(':') ?? part.functions.join(', ')
  const cost = part.perPacket === true ? ' (per packet; only with --ttl)' : ''
  return `${presentIn(requireBtf(facts), facts.symbols.copies, part) === undefined ? '-' : '+'} ${names}${cost}\n`
}

const entry = (traced: Traced, facts: Facts) => {
  const step = stepOf(requireBtf(facts), facts.symbols, traced)
  const { name, type, category, packets, families, tells, returns, cost, module } = traced
  const signature = type === 'tracepoint' ? `${category}:${name}` : `${name}(${step?.signature.join(', ') ?? ''})`
  const absent =
    module === undefined
      ? 'NOT on this kernel: the trace goes on without it'
      : `NOT now: the module ${module} is not loaded`
  const lines = [
    ...wrap(`tells ${tells}`, 76),
    ...wrap(`returns ${returns}`, 76),
    `IPv${families.replace(', ', ', IPv')}; costs ${cost}; probes/${traced.by}`,
    ...(step === undefined ? [absent] : []),
  ]
  const head = `${step === undefined ? '-' : '+'}${packets === true ? '*' : ' '} ${signature}`
  return [head, ...lines.map((line) => `    ${line}`), ''].join('\n')
}
