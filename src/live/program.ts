// SPDX-License-Identifier: MIT
import { describeFilter } from '../filter/describe.ts'
import type { Filter } from '../filter/filter.ts'
import { renderFilter } from '../filter/render.ts'
import type { Btf } from './btf.ts'
import { CATALOGUE, type Probe } from './catalogue.ts'

/** A bpftrace program and what it is made of. `missing` names the probes that this kernel has not. */
export type Program = { text: string; probes: string[]; missing: string[] }

/** Flows whose facts the kernel side keeps; below MAP_KEYS, since a full map drops what it is given. */
const MAX_FLOWS = 60_000

/** The bound of each bpftrace map, for BPFTRACE_MAP_KEYS_MAX. */
export const MAP_KEYS = 65_536

/**
 * Writes the program for one kernel and one filter: the files of probes/ one after the other, their holes filled.
 * `readProbe` gives the text of a file of probes/. Pure otherwise, so that `trace-reset program` prints what would run.
 */
export const writeProgram = (btf: Btf, filter: Filter, readProbe: (file: string) => string): Program => {
  const here = CATALOGUE.filter((probe) => has(btf, probe))
  const missing = CATALOGUE.filter((probe) => !here.includes(probe))
  const fill = holes(btf, filter, here)
  const head = `// Written by trace-reset. Filter: ${describeFilter(filter)}\n`
  const parts = ['frame.bt', ...here.map(({ file }) => file)].map((file) => fillHoles(readProbe(file), fill(file)))
  return {
    text: [head, ...parts].join('\n'),
    probes: here.map(({ name }) => name),
    missing: missing.map(({ name }) => name),
  }
}

/** Whether the kernel has all that a probe attaches to. */
export const has = (btf: Btf, probe: Probe): boolean =>
  probe.also.every((name) => name in btf.functions) &&
  (probe.type === 'function' ? probe.name in btf.functions : btf.typedefs.includes(`btf_trace_${probe.name}`))

/**
 * Puts values in the place of the defaults in the holes of a probe. A hole is a comment with `{name`, a default that keeps
 * the file whole, and a comment with `}`. Throws on a hole without a value.
 */
export const fillHoles = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replaceAll(/\/\*\{(\w+)\*\/.*?\/\*\}\*\//g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`no value for the hole ${name}`)
    return value
  })

const holes = (btf: Btf, filter: Filter, here: readonly Probe[]) => {
  const argument = (name: string, parameter: string, absent: string) => {
    const index = btf.functions[name]?.indexOf(parameter) ?? -1
    return index < 0 ? absent : `arg${index}`
  }
  const flows = here.some(({ name }) => name === 'tcp_v4_rcv')
  const flowFact = (map: string) => (flows ? `@${map}[$saddr, $daddr, $ports, $netns]` : '0')
  // A register holds 64 bits and the enum 32: what lies above is whatever was there.
  const reason = (name: string) => {
    const arg = argument(name, 'reason', '-1')
    return arg === '-1' ? arg : `(${arg} & 0xffffffff)`
  }
  return (file: string): Record<string, string> => ({
    match: `(${renderFilter(filter)})`,
    max_flows: String(MAX_FLOWS),
    reason: reason(file.replace(/\.bt$/, '')),
    reply_skb: argument('ip_send_unicast_reply', 'skb', 'arg1'),
    skb: argument('tcp_reset', 'skb', '0'),
    flow_ttl: flowFact('ttl'),
    flow_packets: flowFact('packets'),
    flow_last: flowFact('last'),
  })
}
