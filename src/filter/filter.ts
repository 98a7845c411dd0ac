// SPDX-License-Identifier: MIT
import { usageError } from '../errors.ts'
import type { Prefix } from './address.ts'
import type { Netns } from './netns.ts'
import type { Range } from './port.ts'

/** Each question and its opposite: what `saddr` asks for, `notSaddr` excludes. */
export type WithNot<T> = T & { [K in keyof T & string as `not${Capitalize<K>}`]: T[K] }

/**
 * Which connections to watch; an empty list asks nothing. Names mean what they mean in packets that arrive at this host:
 * `saddr` and `sport` are the peer. One filter selects the connection, so what this host sends back is caught too.
 */
export type Filter = WithNot<Wanted>

/** What one connection is asked for by, without what is excluded. */
export type Wanted = {
  saddr: readonly Prefix[]
  sport: readonly Range[]
  daddr: readonly Prefix[]
  dport: readonly Range[]
  netns: readonly Netns[]
}

export const ANY: Filter = {
  saddr: [],
  sport: [],
  daddr: [],
  dport: [],
  netns: [],
  notSaddr: [],
  notSport: [],
  notDaddr: [],
  notDport: [],
  notNetns: [],
}

/** Whether a value is one of those wanted, where any are, and none of those that are not. */
export const admits = <T>(wanted: readonly T[], unwanted: readonly T[], holds: (item: T) => boolean): boolean =>
  (wanted.length === 0 || wanted.some(holds)) && !unwanted.some(holds)

/** Every address of a family: as an exclusion it leaves the other one, which is what -4 and -6 say. */
export const everyAddress = (family: 4 | 6): Prefix => ({ family, network: 0n, bits: 0 })

/** The families that can still match. Throws a usage error when the addresses contradict each other. */
export const families = (filter: Pick<Filter, 'saddr' | 'daddr' | 'notSaddr' | 'notDaddr'>): (4 | 6)[] => {
  const { saddr, daddr, notSaddr, notDaddr } = filter
  const excluded = [...notSaddr, ...notDaddr].filter(({ bits }) => bits === 0)
  const possible = ([4, 6] as const).filter(
    (family) => allow(saddr, family) && allow(daddr, family) && excluded.every((prefix) => prefix.family !== family),
  )
  if (possible.length === 0) {
    throw usageError(
      'the addresses are of different families: nothing can match',
      'no packet has an IPv4 source and an IPv6 destination; -4 and -6 leave one family',
    )
  }
  return possible
}

const allow = (prefixes: readonly Prefix[], family: 4 | 6) =>
  prefixes.length === 0 || prefixes.some((prefix) => prefix.family === family)
