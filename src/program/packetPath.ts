// SPDX-License-Identifier: MIT
import type { Btf } from '../host/btf.ts'
import type { Symbols } from '../host/facts.ts'
import { hasKprobes } from './parts.ts'
import { CATALOGUE, SEGMENT_ARGUMENTS, SOCKET_ARGUMENTS, type Traced } from './catalogue.ts'

/** A step of the trail on one kernel: what it is attached to, and the names of its arguments. */
export type Step = { traced: Traced; symbol: string; signature: readonly string[] }

/** The step on this kernel, or undefined when the kernel (or a module that is not loaded) has it not. */
export const stepOf = (btf: Btf, { modules, copies }: Symbols, traced: Traced): Step | undefined => {
  const { name, type, module, copy, signature = [] } = traced
  if (type === 'tracepoint')
    return btf.typedefs.includes(`btf_trace_${name}`) ? { traced, symbol: name, signature } : undefined
  if (!hasKprobes(btf)) return undefined
  const known = btf.functions[name]
  if (known !== undefined) return { traced, symbol: name, signature: known }
  if (module !== undefined) return modules.includes(module) ? { traced, symbol: name, signature } : undefined
  return copy !== undefined && copies.includes(copy) ? { traced, symbol: copy, signature } : undefined
}

/**
 * The holes of a step's file besides those of every probe. A segment seen where it enters the host is remembered by its
 * skb when the filter wants its source and not yet its destination: NAT may change that before the next step. `entrances`
 * tells whether the program has a step there.
 */
export const stepHoles = (
  { traced, signature }: Step,
  { peer, entrances }: { peer: string; entrances: boolean },
): Record<string, string> => {
  const id = CATALOGUE.indexOf(traced)
  const argument = (names: readonly string[]) => signature.findIndex((name) => names.includes(name))
  const skb = register(argument(SEGMENT_ARGUMENTS))
  const lines = (text: readonly string[]) => text.join('\n').replaceAll('SKB', skb).replaceAll('ID', String(id))
  return {
    id: String(id),
    skb,
    sk: register(argument(SOCKET_ARGUMENTS)),
    of_arguments: ofArguments(traced, signature),
    enter: `@depth[$who, ${id}]++;\n@wanted[$who, ${id}, @depth[$who, ${id}]] = 1;\n@pending = 15;`,
    pass: `if (@depth[$who, ${id}] != 0) {\n  @depth[$who, ${id}]++;\n}`,
    recall: entrances ? lines(RECALL) : '',
    was: WAS.map((name) => (entrances ? `@was_${name}[$slot]` : '0')).join(', '),
    forget: entrances ? '@was_at[$slot] = (uint64)0;' : '',
    remember: isEntrance(traced) ? lines([`if ($protocol == 6 && ${peer}) {`, ...REMEMBER, '}']) : '',
    reason: '-1',
  }
}

/** The file that a step is made of. What takes no segment on this kernel, tcp_reset on 5.10, is asked by its socket. */
export const fileOf = ({ traced: { by }, signature }: Step): Traced['by'] =>
  by === 'call_skb.bt' && !signature.some((name) => SEGMENT_ARGUMENTS.includes(name)) ? 'call_sock.bt' : by

/** Whether a packet still has the addresses there that it was sent to. */
export const isEntrance = ({ name }: Traced): boolean => ['ip_rcv', 'ip_rcv_core', 'ipv6_rcv'].includes(name)

/** The name of the step with this number in a program. */
export const stepName = (id: number): string => CATALOGUE[id]?.name ?? ''

const WAS = ['at', 'fn', 'netns', 'd0', 'd1', 'dport'] as const

// Of each packet in as many slots as a map has keys, by its address in memory. That is soon another packet's, so what NAT
// leaves alone tells them apart: both sequence numbers.
const SLOT = ['$slot = (SKB >> 6) & 0xffff;', '$numbers = ((uint64)$th->seq << 32) | (uint64)$th->ack_seq;']

const ANOTHER = '@was_skb[$slot] != SKB || @was_numbers[$slot] != $numbers || nsecs - @was_at[$slot] > 50000000'

// The first entrance, in the first network namespace, is the one that counts.
const REMEMBER = [
  ...SLOT,
  `if (${ANOTHER}) {`,
  '  @was_skb[$slot] = (uint64)SKB;',
  '  @was_numbers[$slot] = $numbers;',
  '  @was_at[$slot] = nsecs;',
  '  @was_fn[$slot] = (uint64)ID;',
  '  @was_netns[$slot] = $netns;',
  '  @was_d0[$slot] = $d0;',
  '  @was_d1[$slot] = $d1;',
  '  @was_dport[$slot] = $dport;',
  '}',
].map((line) => `  ${line}`)

// It is told once, with the first step that is wanted.
const RECALL = [...SLOT, `if (@was_at[$slot] != 0 && (${ANOTHER})) {`, '  @was_at[$slot] = (uint64)0;', '}']

const register = (index: number) => (index < 0 ? '0' : `arg${index}`)

// The 5-tuple of a look-up: for IPv6 the addresses are pointers.
const ofArguments = ({ families }: Traced, signature: readonly string[]): string => {
  const named = (name: string) => `arg${signature.indexOf(name)}`
  const lines =
    families === '4'
      ? [
          '$family = (uint64)4;',
          `$s0 = (uint64)(${named('saddr')} & 0xffffffff);`,
          '$s1 = (uint64)0;',
          `$d0 = (uint64)(${named('daddr')} & 0xffffffff);`,
          '$d1 = (uint64)0;',
        ]
      : [
          '$family = (uint64)6;',
          `$s0 = *(uint64 *)${named('saddr')};`,
          `$s1 = *(uint64 *)(${named('saddr')} + 8);`,
          `$d0 = *(uint64 *)${named('daddr')};`,
          `$d1 = *(uint64 *)(${named('daddr')} + 8);`,
        ]
  return [
    ...lines,
    `$sport = (uint64)bswap((uint16)${named('sport')});`,
    `$dport = (uint64)(${named('hnum')} & 0xffff);`,
  ].join('\n')
}
