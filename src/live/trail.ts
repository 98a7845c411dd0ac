// SPDX-License-Identifier: MIT
import type { Btf } from './btf.ts'
import { hasKprobes } from './parts.ts'
import { CATALOGUE, SEGMENT_ARGUMENTS, SOCKET_ARGUMENTS, type Traced } from './catalogue.ts'

/** A step of the trail on one kernel: what it is attached to, and the names of its arguments. */
export type Step = { traced: Traced; symbol: string; signature: readonly string[] }

/** What of the kernel decides over the steps besides BTF: loaded modules, and the compiler's copies. */
export type Symbols = { modules: readonly string[]; copies: readonly string[] }

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
 * skb when the filter wants its source and not yet its destination: NAT may change that before the next step.
 */
export const stepHoles = ({ traced, signature }: Step, peer: string): Record<string, string> => {
  const id = CATALOGUE.indexOf(traced)
  const argument = (names: readonly string[]) => signature.findIndex((name) => names.includes(name))
  const register = (index: number) => (index < 0 ? '0' : `arg${index}`)
  const skb = register(argument(SEGMENT_ARGUMENTS))
  return {
    id: String(id),
    skb,
    sk: register(argument(SOCKET_ARGUMENTS)),
    of_arguments: ofArguments(traced, signature),
    enter: `@depth[$who, ${id}]++;\n@wanted[$who, ${id}, @depth[$who, ${id}]] = 1;\n@pending = 5;`,
    pass: `if (@depth[$who, ${id}] != 0) {\n  @depth[$who, ${id}]++;\n}`,
    was: WAS.map((name) => `@was_${name}[${skb}]`).join(', '),
    forget: `if (@was_at[${skb}] != 0) {\n${WAS.map((name) => `  delete(@was_${name}[${skb}]);`).join('\n')}\n}`,
    remember: ENTRANCES.includes(traced.name)
      ? `if ($protocol == 6 && ${peer}) {\n  ${REMEMBER.join('\n  ').replaceAll('SKB', skb).replaceAll('ID', String(id))}\n}`
      : '',
    reason: '-1',
  }
}

/**
 * Whether what is remembered of an skb can be of the packet that is there now. A packet does not enter one network namespace
 * twice, and NAT comes after the entrance: another destination there is that of an earlier packet in the same memory.
 */
export const mayBeRemembered = (fn: string, netns: number, before: number): boolean =>
  netns !== before || !ENTRANCES.includes(fn)

/** The name of the step with this number in a program. */
export const stepName = (id: number): string => CATALOGUE[id]?.name ?? ''

/** Where a packet still has the addresses that it was sent to. */
const ENTRANCES = ['ip_rcv', 'ip_rcv_core', 'ipv6_rcv']

const WAS = ['at', 'fn', 'netns', 'd0', 'd1', 'dport'] as const

// The first entrance, in the first network namespace, is the one that counts. The memory of an skb is soon another's: who
// enters the same namespace again, by the same function or for another destination, is another packet.
const REMEMBER = [
  'if (@was_at[SKB] == 0 || nsecs - @was_at[SKB] > 50000000 || (@was_netns[SKB] == $netns && (@was_fn[SKB] == ID || @was_d0[SKB] != $d0 || @was_d1[SKB] != $d1 || @was_dport[SKB] != $dport))) {',
  '  @was_at[SKB] = nsecs;',
  '  @was_fn[SKB] = ID;',
  '  @was_netns[SKB] = $netns;',
  '  @was_d0[SKB] = $d0;',
  '  @was_d1[SKB] = $d1;',
  '  @was_dport[SKB] = $dport;',
  '}',
]

// The 5-tuple of a look-up: for IPv6 the addresses are pointers.
const ofArguments = ({ families }: Traced, signature: readonly string[]): string => {
  const register = (name: string) => `arg${signature.indexOf(name)}`
  const lines =
    families === '4'
      ? [
          '$family = (uint64)4;',
          `$s0 = (uint64)(${register('saddr')} & 0xffffffff);`,
          '$s1 = (uint64)0;',
          `$d0 = (uint64)(${register('daddr')} & 0xffffffff);`,
          '$d1 = (uint64)0;',
        ]
      : [
          '$family = (uint64)6;',
          `$s0 = *(uint64 *)${register('saddr')};`,
          `$s1 = *(uint64 *)(${register('saddr')} + 8);`,
          `$d0 = *(uint64 *)${register('daddr')};`,
          `$d1 = *(uint64 *)(${register('daddr')} + 8);`,
        ]
  return [
    ...lines,
    `$sport = (uint64)bswap((uint16)${register('sport')});`,
    `$dport = (uint64)(${register('hnum')} & 0xffff);`,
  ].join('\n')
}
