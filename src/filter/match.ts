// SPDX-License-Identifier: MIT
import type { Tuple } from '../flow/tuple.ts'
import { addressNumber, widthOf, type Prefix } from './address.ts'
import { admits, ANY, type Filter } from './filter.ts'
import type { Netns } from './netns.ts'
import type { Range } from './port.ts'

/** Whether the filter selects the connection: the same answer as the predicate that render.ts writes for bpftrace. */
export const matches = (filter: Filter, tuple: Tuple): boolean =>
  admits(filter.dport, filter.notDport, holdsPort(tuple.dport)) &&
  admits(filter.sport, filter.notSport, holdsPort(tuple.sport)) &&
  admitsAddress(filter.saddr, filter.notSaddr, tuple.family, tuple.saddr) &&
  admitsAddress(filter.daddr, filter.notDaddr, tuple.family, tuple.daddr) &&
  admitsNetns(filter, tuple.netns)

/**
 * Whether the filter selects a connection that has other tuples too, by NAT: each of its ends is asked for by any of its
 * names, and what excludes one of them excludes the connection. Without others it is what `matches` says.
 */
export const matchesByAny = (filter: Filter, tuple: Tuple, others: readonly Tuple[]): boolean => {
  if (others.length === 0) return matches(filter, tuple)
  const names = [tuple, ...others]
  const { saddr, sport, daddr, dport, netns, notSaddr, notSport, notDaddr, notDport, notNetns } = filter
  return (
    admitsNetns({ netns, notNetns }, tuple.netns) &&
    names.some((name) => matches({ ...ANY, saddr, sport }, name)) &&
    names.some((name) => matches({ ...ANY, daddr, dport }, name)) &&
    names.every((name) => matches({ ...ANY, notSaddr, notSport, notDaddr, notDport }, name))
  )
}

/** Whether the filter selects connections of the network namespace with this inode. */
export const admitsNetns = (filter: Pick<Filter, 'netns' | 'notNetns'>, inode: number): boolean =>
  admits<Netns>(filter.netns, filter.notNetns, (netns) => netns === 'all' || netns === inode)

/** Whether the filter lets this port here pass: what it can ask of a listener, which has no peer. */
export const admitsListener = (filter: Pick<Filter, 'dport' | 'notDport'>, dport: number): boolean =>
  admits(filter.dport, filter.notDport, holdsPort(dport))

const holdsPort =
  (port: number) =>
  ({ first, last }: Range) =>
    first <= port && port <= last

const admitsAddress = (wanted: readonly Prefix[], unwanted: readonly Prefix[], family: 4 | 6, address: string) => {
  if (wanted.length + unwanted.length === 0) return true
  const number = addressNumber(address)
  return admits(wanted, unwanted, (prefix) => {
    const host = BigInt(widthOf(family) - prefix.bits)
    return prefix.family === family && number >> host === prefix.network >> host
  })
}
