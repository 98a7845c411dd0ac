// SPDX-License-Identifier: MIT
import { describeFilter } from '../filter/describe.ts'
import type { Filter } from '../filter/filter.ts'
import type { Btf } from '../host/btf.ts'
import type { Symbols } from '../host/facts.ts'
import { CATALOGUE } from './catalogue.ts'
import { body, fill, type Holes } from './fill.ts'
import { asksEnds, functionHoles, sharedHoles, tracepointHoles, type ReadProbe } from './holes.ts'
import { copyOf, hasKprobes, NAT, namesOf as attachedTo, partsFor, presentIn, type Part } from './parts.ts'
import { filesOf, isEntrance, stepHoles, stepOf } from './packetPath.ts'

/** What a program is made for: which connections, which steps of the trail, and whether the TTL of each packet counts. */
export type Wanted = {
  filter: Filter
  steps: readonly string[]
  ttl: boolean
  /** Names of functions and tracepoints that are not to be attached to. */
  without?: readonly string[]
  /** The architecture, as uname -m has it; without, one whose stacks are whole. */
  machine?: string
}

/** A bpftrace program and what it is made of. `missing` names what this kernel has not and a trace could use. */
export type Program = { text: string; probes: string[]; missing: string[] }

/** The bound of each bpftrace map (limits.ts). */
export const MAP_KEYS = 65_536

/** Which file keeps what: see Memory. */
const FLOWS_FILE = 'flow_ttl.bt'
const ARRIVALS_FILE = 'tcp_rcv.bt'
const SAMPLES_FILES = ['tcp_finish_connect.bt', 'tcp_child_process.bt']
const REQUESTS_FILE = 'tcp_check_req.bt'
const REFUSALS_FILE = 'inet_twsk_alloc.bt'
const REPLIES_FILE = 'tcp_send_reset.bt'
const NAT_FILE = 'nat.bt'

/**
 * Writes the program for one kernel: the files of probes/ one after the other, their holes filled. Pure otherwise, so
 * that `trace-reset program` prints what would run.
 */
export const writeProgram = (given: Btf, symbols: Symbols, wanted: Wanted, readProbe: ReadProbe): Program => {
  const { filter, ttl, without = [] } = wanted
  const btf = lacking(given, without)
  const copies = symbols.copies.filter((copy) => !without.some((name) => copyOf(name, [copy]) !== undefined))
  // A step that tells all of what a part tells some of takes its place.
  const told = CATALOGUE.filter(({ name }) => wanted.steps.includes(name)).map(({ by }): string => by)
  const asked = [...partsFor(btf, copies), ...natParts(btf, symbols, wanted)].filter(
    ({ file, perPacket }) => (ttl || perPacket !== true) && !told.includes(file),
  )
  const here = partsHere(btf, copies, asked)
  const steps = CATALOGUE.filter(({ name }) => wanted.steps.includes(name)).map(
    // A module's function, or a compiler's copy, is none of BTF's.
    (traced) => [traced, without.includes(traced.name) ? undefined : stepOf(btf, symbols, traced)] as const,
  )
  const present = steps.flatMap(([, step]) => step ?? [])
  const names = here.flatMap(({ names }) => names)
  const missing = [
    ...asked.flatMap(attachedTo).filter((name) => !names.includes(name)),
    ...steps.filter(([, step]) => step === undefined).map(([{ name }]) => name),
  ]
  const has = (file: string) => here.some(({ part }) => part.file === file)
  const memory = {
    flows: has(FLOWS_FILE),
    requests: has(REQUESTS_FILE),
    replies: has(REPLIES_FILE),
    made: SAMPLES_FILES.some(has),
    arrivals: has(ARRIVALS_FILE),
    refusals: has(REFUSALS_FILE),
    nat: has(NAT_FILE),
  }
  const shared = sharedHoles(filter, memory, readProbe)
  const entrances = present.some(({ traced }) => isEntrance(traced))
  const attached = here.flatMap(({ names }) => names)
  const alone = [
    ...present.map(({ symbol }) => symbol),
    ...attached.filter((name, at) => attached.indexOf(name) !== at),
  ]
  const filled: Filled[] = [
    ...here.flatMap(({ part, names }) => filledPart(btf, part, names, { alone, copies, machine: wanted.machine })),
    ...present.flatMap((step) => filesOf(step).map((file) => ({ file, holes: stepHoles(btf, step, entrances) }))),
  ]
  const parts = filled.map(({ file, again, holes }) => {
    const text = readProbe(file)
    return fill(again === true ? `${body(text)}\n` : text, { ...shared, ...holes })
  })
  const frame = fill(readProbe('frame.bt'), { clear: clearing(parts) })
  const head = `// Written by trace-reset. Filter: ${describeFilter(filter)}\n`
  const traced = [...new Set([...names, ...present.map(({ traced: { name } }) => name)])]
  return { text: [head, frame, ...parts].join('\n'), probes: traced, missing: [...new Set(missing)] }
}

// Where conntrack is loaded, or part of the kernel; without kprobes nothing tells of it.
const natParts = (btf: Btf, { modules }: Symbols, { filter, without = [] }: Wanted): readonly Part[] => {
  const isHere = ({ module, functions: [name = ''] }: Part) =>
    !without.includes(name) && (module === undefined || modules.includes(module) || name in btf.functions)
  const parts = hasKprobes(btf) && asksEnds(filter) ? NAT.filter(isHere) : []
  return parts.some(({ file }) => file === NAT_FILE) ? parts : []
}

// To a program, what must not be attached to is not there.
const lacking = (btf: Btf, without: readonly string[]): Btf =>
  without.length === 0
    ? btf
    : {
        ...btf,
        functions: Object.fromEntries(Object.entries(btf.functions).filter(([name]) => !without.includes(name))),
        typedefs: btf.typedefs.filter((name) => !without.includes(name.replace(/^btf_trace_/, ''))),
      }

/** What bpftrace is to print of maps when it ends. */
const PRINTED = ['sent', 'n']

const clearing = (parts: readonly string[]): string => {
  const maps = new Set([...parts.join('\n').matchAll(/@(\w+)\[/g)].map(([, name = '']) => name))
  return [
    '@pending = 0;',
    ...[...maps].filter((name) => !PRINTED.includes(name)).map((name) => `clear(@${name});`),
  ].join('\n')
}

const partsHere = (btf: Btf, copies: readonly string[], asked: readonly Part[]) =>
  asked
    .flatMap((part) => {
      const names = presentIn(btf, copies, part)
      return names === undefined ? [] : [{ part, names }]
    })
    .filter(({ part }, _, all) => (part.needs ?? []).every((file) => all.some((other) => other.part.file === file)))

/** A file of probes/ with what is its own of the values for its holes; `again`: without its comment, which is there. */
type Filled = { file: string; holes: Holes; again?: true }

/** What steps are attached to, and the copies of functions that the compiler made. */
type Attached = { alone: readonly string[]; copies: readonly string[]; machine: string | undefined }

// A copy may take its arguments in other registers: the segment is the one that the attempt was for.
const copyHoles = (btf: Btf, [name = '']: readonly string[], copies: readonly string[]): Holes => {
  const copy = name in btf.functions ? undefined : copyOf(name, copies)
  return copy === undefined ? {} : { attach: `kprobe:${copy}`, skb: '@attempt[$who].0' }
}

// In bpftrace 0.17 `kprobe:a, kprobe:b { }` runs, at a, the body of another probe that is attached to a alone, and its own
// nowhere: a list that shares a function with a step or another part becomes a probe for each function.
const filledPart = (btf: Btf, part: Part, names: readonly string[], { alone, copies, machine }: Attached): Filled[] => {
  const { file, tracepoint } = part
  if (tracepoint !== undefined) return [{ file, holes: { ...functionHoles(btf, []), ...tracepointHoles(btf, part) } }]
  if (part.copies === true)
    return [{ file, holes: { ...functionHoles(btf, names, machine), ...copyHoles(btf, names, copies) } }]
  if (names.length < 2 || !names.some((name) => alone.includes(name)))
    return [{ file, holes: functionHoles(btf, names, machine) }]
  return names.map((name, index) => ({
    file,
    holes: functionHoles(btf, [name], machine),
    ...(index === 0 ? {} : { again: true }),
  }))
}
