// SPDX-License-Identifier: MIT
import { widthOf, type Prefix } from './address.ts'
import type { Filter } from './filter.ts'
import type { Netns } from './netns.ts'
import type { Range } from './port.ts'

/** The filter as bpftrace expressions: the whole of it, and its parts, of which the cheaper can be asked first. */
export type Rendered = {
  ports: string
  addresses: string
  netns: string
  /** What it asks of the peer alone: NAT on the way in changes the rest. */
  peer: string
  all: string
}

/**
 * The filter as bpftrace expressions, over variables that are all uint64: `$family` (4 or 6), `$s0` and `$s1` the peer's
 * address, `$d0` and `$d1` the address here, `$sport` and `$dport` in host order, `$netns` the inode. Addresses are as a
 * little-endian machine loads them from the packet: of IPv4 the 32 bits, and 0; of IPv6 the first 64 bits, and the last.
 * Made of numbers only: nothing a user typed gets into a program as text.
 */
export const renderFilter = (filter: Filter): Rendered => {
  const dport = tests(filter.dport, filter.notDport, portTests('$dport'))
  const sport = tests(filter.sport, filter.notSport, portTests('$sport'))
  const saddr = tests(filter.saddr, filter.notSaddr, addressTests('s'))
  const daddr = tests(filter.daddr, filter.notDaddr, addressTests('d'))
  const netns = tests(filter.netns, filter.notNetns, netnsTests)
  return {
    ports: every([...dport, ...sport]),
    addresses: every([...saddr, ...daddr]),
    netns: every(netns),
    peer: every([...sport, ...saddr]),
    all: every([...dport, ...sport, ...saddr, ...daddr, ...netns]),
  }
}

/** The ends of both tuples of conntrack: source and destination of the first packet, and of the answers (of_conntrack.bt). */
type Side = 's' | 'd' | 'r' | 't'

/**
 * Whether the filter selects an end of a connection that NAT has changed, by either of its names, as bpftrace expressions
 * over the variables of of_conntrack.bt. The server's peer is named by the source of the first packet and the destination of the
 * answers, and so on. An exclusion that only one of the names meets is left to matchesByAny.
 */
export const renderTranslated = (filter: Filter): { server: string; client: string } => {
  const peer = (side: Side) =>
    every([
      ...tests(filter.sport, filter.notSport, portTests(`$${side}port`)),
      ...tests(filter.saddr, filter.notSaddr, addressTests(side)),
    ])
  const here = (side: Side) =>
    every([
      ...tests(filter.dport, filter.notDport, portTests(`$${side}port`)),
      ...tests(filter.daddr, filter.notDaddr, addressTests(side)),
    ])
  return {
    server: `((${peer('s')} || ${peer('t')}) && (${here('d')} || ${here('r')}))`,
    client: `((${peer('d')} || ${peer('r')}) && (${here('s')} || ${here('t')}))`,
  }
}

const every = (all: readonly string[]) => (all.length === 0 ? '1' : `(${all.join(' && ')})`)

/** How a test is spelled as it is, and as its opposite by De Morgan: comparisons alone are the same in every bpftrace. */
type Spelling = { is: '==' | '!='; and: '&&' | '||'; or: '&&' | '||' }
const PLAIN: Spelling = { is: '==', and: '&&', or: '||' }
const OPPOSITE: Spelling = { is: '!=', and: '||', or: '&&' }

/** The tests of which one must hold, for what is wanted, or all must, for what is not. */
type Tests<T> = (items: readonly T[], spelling: Spelling) => string[]

const tests = <T>(wanted: readonly T[], unwanted: readonly T[], write: Tests<T>): string[] => [
  ...(wanted.length === 0 ? [] : [joined(write(wanted, PLAIN), '||')]),
  ...(unwanted.length === 0 ? [] : [joined(write(unwanted, OPPOSITE), '&&')]),
]

const joined = (parts: readonly string[], operator: '&&' | '||') =>
  parts.length === 1 ? String(parts[0]) : `(${parts.join(` ${operator} `)})`

const portTests =
  (variable: string): Tests<Range> =>
  (ranges, { is }) =>
    ranges.map(({ first, last }) => {
      if (first === last) return `${variable} ${is} ${first}`
      return is === '=='
        ? `(${variable} >= ${first} && ${variable} <= ${last})`
        : `(${variable} < ${first} || ${variable} > ${last})`
    })

const netnsTests: Tests<Netns> = (list, { is }) =>
  list.map((netns) => (netns === 'all' ? `1 ${is} 1` : `$netns ${is} ${netns}`))

const addressTests =
  (side: Side): Tests<Prefix> =>
  (prefixes, spelling) =>
    ([4, 6] as const).flatMap((family) => {
      const ours = prefixes.filter((prefix) => prefix.family === family)
      if (ours.length === 0) return []
      const isFamily = `$family ${spelling.is} ${family}`
      if (ours.some(({ bits }) => bits === 0)) return [isFamily]
      const any = joined(
        ours.map((prefix) => joined(wordTests(side, prefix, spelling), spelling.and)),
        spelling.or,
      )
      return [joined([isFamily, any], spelling.and)]
    })

// By words of 32 bits, so that no literal comes near the sign of a signed 64-bit number.
const wordTests = (side: Side, { family, network, bits }: Prefix, { is }: Spelling) =>
  Array.from({ length: widthOf(family) / 32 }, (_, index) => {
    const set = Math.min(Math.max(bits - 32 * index, 0), 32)
    const mask = ((1n << BigInt(set)) - 1n) << BigInt(32 - set)
    const word = (network >> BigInt(widthOf(family) - 32 * (index + 1))) & 0xffffffffn
    const variable = `$${side}${index >> 1}`
    const loaded = index % 2 === 0 ? variable : `(${variable} >> 32)`
    if (set === 0) return undefined
    return family === 4 && set === 32
      ? `${variable} ${is} ${swapped(word)}`
      : `(${loaded} & ${swapped(mask)}) ${is} ${swapped(word)}`
  }).filter((test) => test !== undefined)

const swapped = (word: bigint) =>
  `0x${[0n, 8n, 16n, 24n].map((shift) => ((word >> shift) & 255n).toString(16).padStart(2, '0')).join('')}`
