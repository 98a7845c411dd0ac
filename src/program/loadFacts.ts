// SPDX-License-Identifier: MIT
import { readFacts, type Facts, type Asked } from '../host/facts.ts'
import { recordedFacts } from '../host/recordedFacts.ts'
import { CATALOGUE } from './catalogue.ts'
import { NAT, PARTS, TRACEPOINT_PARTS } from './parts.ts'

/** What a program depends on: names of the kernel that parts and steps attach to, and what stands for them. */
const wanted = (): Asked => {
  const functions = [
    ...[...PARTS, ...NAT].flatMap((part) => part.functions),
    ...CATALOGUE.flatMap(({ type, name }) => (type === 'function' ? [name] : [])),
  ]
  const tracepoints = [
    ...[...PARTS, ...TRACEPOINT_PARTS].flatMap(({ tracepoint }) => tracepoint?.[1] ?? []),
    ...CATALOGUE.flatMap(({ type, name }) => (type === 'tracepoint' ? [name] : [])),
  ]
  return {
    functions: [...new Set([...functions, 'register_kprobe', 'sk_skb_reason_drop'])],
    typedefs: [...new Set(tracepoints)].map((name) => `btf_trace_${name}`),
    enums: ['sk_rst_reason', 'skb_drop_reason', 'tcp_tw_status'],
    modules: [...new Set([...NAT, ...CATALOGUE].flatMap(({ module }) => module ?? []))],
    copied: PARTS.flatMap(({ copies, functions }) => (copies === true ? functions : [])),
    copies: Object.fromEntries(CATALOGUE.flatMap(({ name, copy }) => (copy === undefined ? [] : [[name, copy]]))),
  }
}

/** The facts of this machine, or those in a file that `doctor --json` wrote. Throws a usage error on a file that is none. */
export const loadFacts = async ({ facts, bpftrace }: { facts?: string; bpftrace: string }): Promise<Facts> =>
  facts === undefined ? readFacts(bpftrace, wanted()) : recordedFacts(facts)

/** The facts of this machine to be kept: with every name that a later catalogue may ask for, not only those of this one. */
export const factsToKeep = async (bpftrace: string): Promise<Facts> =>
  readFacts(bpftrace, { ...wanted(), like: /^_*(tcp|inet6?|nf)_\w+$/ })
