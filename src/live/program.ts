// SPDX-License-Identifier: MIT
import { describeFilter } from '../filter/describe.ts'
import type { Filter } from '../filter/filter.ts'
import { renderFilter } from '../filter/render.ts'
import type { Btf } from './btf.ts'
import { CATALOGUE } from './catalogue.ts'
import { namesOf as attachedTo, partsFor, presentIn, type Part } from './parts.ts'
import { fileOf, isEntrance, stepHoles, stepOf, type Step, type Symbols } from './trail.ts'

/** What a program is made for: which connections, which steps of the trail, and whether anything runs per packet. */
export type Wanted = {
  filter: Filter
  steps: readonly string[]
  light: boolean
  /** Names of functions and tracepoints that are not to be attached to. */
  without?: readonly string[]
}

/** A bpftrace program and what it is made of. `missing` names what this kernel has not and a trace could use. */
export type Program = { text: string; probes: string[]; missing: string[] }

/** Flows whose facts the kernel side keeps; below MAP_KEYS, since a full map drops what it is given. */
const MAX_FLOWS = 60_000

/** The bound of each bpftrace map, for BPFTRACE_MAP_KEYS_MAX. */
export const MAP_KEYS = 65_536

/** What is read from probes/, by file name. */
export type ReadProbe = (file: string) => string

/**
 * Writes the program for one kernel: the files of probes/ one after the other, their holes filled. Pure otherwise, so
 * that `trace-reset program` prints what would run.
 */
export const writeProgram = (given: Btf, symbols: Symbols, wanted: Wanted, readProbe: ReadProbe): Program => {
  const { filter, light, without = [] } = wanted
  const btf = lacking(given, without)
  // A step that tells all of what a part tells some of takes its place.
  const told = CATALOGUE.filter(({ name }) => wanted.steps.includes(name)).map(({ by }): string => by)
  const asked = partsFor(btf).filter(({ file, perPacket }) => !(light && perPacket === true) && !told.includes(file))
  const here = partsHere(btf, asked)
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
  const flows = here.some(({ part }) => part.file === FLOWS_FILE)
  const requests = here.some(({ part }) => part.file === REQUESTS_FILE)
  const shared = sharedHoles(filter, { flows, requests }, readProbe)
  const entrances = present.some(({ traced }) => isEntrance(traced))
  const passing = { peer: shared['match_peer'] ?? '1', entrances }
  const symbolsOfSteps = present.map(({ symbol }) => symbol)
  const parts = [
    ...here.map(({ part, names }) => partText(btf, part, names, symbolsOfSteps, shared, readProbe)),
    ...present.map((step) => stepText(btf, step, stepHoles(step, passing), shared, readProbe)),
  ]
  const frame = fillHoles(readProbe('frame.bt'), { clear: clearing(parts) })
  const head = `// Written by trace-reset. Filter: ${describeFilter(filter)}\n`
  const traced = [...new Set([...names, ...present.map(({ traced: { name } }) => name)])]
  return { text: [head, frame, ...parts].join('\n'), probes: traced, missing: [...new Set(missing)] }
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
const PRINTED = 'sent'

const clearing = (parts: readonly string[]): string => {
  const maps = new Set([...parts.join('\n').matchAll(/@(\w+)\[/g)].map(([, name = '']) => name))
  return ['@pending = 0;', ...[...maps].filter((name) => name !== PRINTED).map((name) => `clear(@${name});`)].join('\n')
}

const partsHere = (btf: Btf, asked: readonly Part[]) =>
  asked
    .flatMap((part) => {
      const names = presentIn(btf, part)
      return names === undefined ? [] : [{ part, names }]
    })
    .filter(({ part }, _, all) => (part.needs ?? []).every((file) => all.some((other) => other.part.file === file)))

// In bpftrace 0.17 `kprobe:a, kprobe:b { }` runs, at a, the body of another probe that is attached to a alone, and its own
// nowhere: a list that shares a function with a step becomes a probe for each function.
const partText = (
  btf: Btf,
  part: Part,
  names: readonly string[],
  alone: readonly string[],
  shared: Readonly<Record<string, string>>,
  readProbe: ReadProbe,
): string => {
  const text = readProbe(part.file)
  if (part.holes !== undefined) return fillHoles(text, { ...shared, ...tracepointHoles(btf, part, shared) })
  const fill = (probe: string, functions: readonly string[]) =>
    fillHoles(probe, { ...shared, ...ownHoles(btf, functions) })
  const [list] = /^\/\*\{attach(?:_return)?\*\/[^]*?^\}$/m.exec(text) ?? []
  if (list === undefined || names.length < 2 || !names.some((name) => alone.includes(name))) return fill(text, names)
  return fill(
    text.replace(list, () => names.map((name) => fill(list, [name])).join('\n\n')),
    names,
  )
}

const dropReason = (btf: Btf): string => ('skb_drop_reason' in btf.enums ? 'args->reason' : '-1')

// The example function of the file gives way to the step's own.
const stepText = (
  btf: Btf,
  step: Step,
  own: Readonly<Record<string, string>>,
  shared: Readonly<Record<string, string>>,
  readProbe: ReadProbe,
): string => {
  const { traced, symbol } = step
  const holes = { ...shared, ...own }
  if (traced.type === 'tracepoint') return fillHoles(readProbe(traced.by), { ...holes, reason: dropReason(btf) })
  return [readProbe(fileOf(step)), readProbe('return.bt')]
    .map((text) =>
      fillHoles(text, holes)
        .replaceAll(/^(k(?:ret)?probe:)\w+$/gm, `$1${symbol}`)
        .replaceAll(/ fn=\w+ /g, ` fn=${traced.name} `),
    )
    .join('\n')
}

/** Keeps what is known of each flow, and which segment came for a request socket. */
const FLOWS_FILE = 'tcp_rcv.bt'
const REQUESTS_FILE = 'tcp_check_req.bt'

/**
 * Puts values in the place of the defaults in the holes of a probe. A hole is a comment with `{name`, a default that keeps
 * the file whole, and a comment with `}`; a value of several lines keeps the hole's indent. Throws on a hole without one.
 */
export const fillHoles = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replaceAll(/^( *)(.*)$/gm, (line, indent: string) =>
    line.replaceAll(/\/\*\{(\w+)\*\/.*?\/\*\}\*\//g, (_, name: string) => {
      const value = values[name]
      if (value === undefined) throw new Error(`no value for the hole ${name}`)
      return value.replaceAll('\n', `\n${indent}`)
    }),
  )

/**
 * What of a file other files have in place of a hole: the lines between its two square marks, unindented; with a bar
 * among them, the lines above and below it.
 */
export const fragments = (text: string): string[] => {
  const lines = text.split('\n')
  const [from, to] = [lines.indexOf('  /*[*/'), lines.indexOf('  /*]*/')]
  if (from < 0 || to < from) throw new Error('no fragment: its two marks are not there')
  return lines
    .slice(from + 1, to)
    .map((line) => line.slice(2))
    .join('\n')
    .split('\n/*|*/\n')
}

// Both ports in one piece, where the filter asks for them: most packets are done with then.
const FIRST_LOOK = `$both = (uint64)*(uint32 *)($skb->head + $skb->transport_header);
$sport = (uint64)bswap((uint16)($both & 0xffff));
$dport = (uint64)bswap((uint16)($both >> 16));`

const IS_REQUEST = '(@request[cpu] == (((uint64)$th->seq << 32) | (uint64)$th->ack_seq) ? 1 : 0)'

const sharedHoles = (
  filter: Filter,
  { flows, requests }: { flows: boolean; requests: boolean },
  readProbe: ReadProbe,
): Record<string, string> => {
  const flowFact = (map: string) => (flows ? `@${map}[$s0, $s1, $d0, $d1, $ports, $netns]` : '0')
  const { ports, addresses, netns, peer, all } = renderFilter(filter)
  const ofSkb = fragments(readProbe('of_skb.bt'))
  return {
    match: all,
    match_ports: ports,
    match_addresses: addresses,
    match_netns: netns,
    match_peer: peer,
    of_sock: fragments(readProbe('of_sock.bt')).join('\n'),
    of_skb: ofSkb.join('\n'),
    of_skb_ends: ofSkb[0] ?? '',
    of_skb_rest: ofSkb[1] ?? '',
    first_look: ports === '1' ? '' : FIRST_LOOK,
    match_segment: '1',
    wanted: '1',
    found: '$skb->sk',
    request: requests ? IS_REQUEST : '0',
    max_flows: String(MAX_FLOWS),
    flow_ttl: flowFact('ttl'),
    flow_other_ttl: flowFact('other_ttl'),
    flow_packets: flowFact('packets'),
    flow_last: flowFact('last'),
  }
}

// What depends on the functions that a part attaches to: twins of two families take their arguments alike.
const ownHoles = (btf: Btf, functions: readonly string[]) => {
  const argument = (parameter: string, absent: string) => {
    const index = btf.functions[functions[0] ?? '']?.indexOf(parameter) ?? -1
    return index < 0 ? absent : `arg${index}`
  }
  const reason = argument('reason', '-1')
  return {
    sk: 'arg0',
    when: '1',
    sent: '',
    attach: functions.map((name) => `kprobe:${name}`).join(', '),
    attach_return: functions.map((name) => `kretprobe:${name}`).join(', '),
    // A register holds 64 bits and the enum 32: what lies above is whatever was there.
    reason: reason === '-1' ? reason : `(${reason} & 0xffffffff)`,
    // On 5.10 tcp_reset takes no segment.
    skb: argument('skb', '0'),
    req: argument('req', '0'),
    tw: argument('tw', '0'),
    new: argument('new', '0'),
  }
}

// On a tracepoint a packet may not have come to the IP layer yet: it may be no segment at all, its data are all there is to
// its IP header (net/core/dev.c, __netif_receive_skb_core), and its ports are read behind that.
const tracepointHoles = (btf: Btf, { tracepoint, holes = {} }: Part, shared: Readonly<Record<string, string>>) => ({
  ...ownHoles(btf, []),
  attach: `tracepoint:${tracepoint?.join(':') ?? ''}`,
  ...('sk_rst_reason' in btf.enums && tracepoint?.[1] === 'tcp_send_reset' ? { reason: '(uint64)args->reason' } : {}),
  ...(tracepoint?.[1] === 'kfree_skb' ? { reason: dropReason(btf) } : {}),
  ...(holes['early'] === undefined
    ? {}
    : {
        first_look: '',
        // The socket is the sender's still (net/ipv4/ip_input.c, ip_rcv_core).
        found: '0',
        match_ports: '1',
        of_skb_ends: shared['of_skb_ends']?.replace('(uint64)$skb->network_header', '(uint64)$skb->data - $head') ?? '',
        match_segment: `($family == 4 || $family == 6) && $protocol == 6 && ${shared['match_ports']}`,
      }),
  ...holes,
})
