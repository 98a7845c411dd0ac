// SPDX-License-Identifier: MIT
import type { Tuple } from '../flow/tuple.ts'
import { addressNumber, type Filter, type Prefix, type Range } from './filter.ts'

/** Whether the filter selects the connection: the same answer as the predicate that render.ts writes for bpftrace. */
export const matches = (filter: Filter, tuple: Tuple): boolean =>
  inRanges(filter.dport, tuple.dport) &&
  inRanges(filter.sport, tuple.sport) &&
  inPrefixes(filter.saddr, tuple.family, tuple.saddr) &&
  inPrefixes(filter.daddr, tuple.family, tuple.daddr) &&
  (filter.netns.length === 0 || filter.netns.includes(tuple.netns))

const inRanges = (ranges: readonly Range[], port: number) =>
  ranges.length === 0 || ranges.some(({ first, last }) => first <= port && port <= last)

const inPrefixes = (prefixes: readonly Prefix[], family: 4 | 6, address: string) => {
  if (prefixes.length === 0) return true
  const number = addressNumber(address)
  return prefixes.some((prefix) => {
    const host = BigInt((family === 4 ? 32 : 128) - prefix.bits)
    return prefix.family === family && number >> host === prefix.network >> host
  })
}
