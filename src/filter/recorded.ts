// SPDX-License-Identifier: MIT
// The filter in the head of a recording, as data, and what a replay's own filter makes of it.
import type { RecordedFilter } from '../recordedFilter.ts'
import { parseAddresses, widthOf, type Prefix } from './address.ts'
import { describeFilter, prefixText } from './describe.ts'
import { ANY, type Filter } from './filter.ts'
import { parseNetns, type Netns } from './netns.ts'
import { parsePorts, type Range } from './port.ts'

/** The filter as the head of a recording has it: only what was asked. `filterOf` reads it back. */
export const recordedFilter = (filter: Filter): RecordedFilter => ({
  ...asked(filter.saddr.map(prefixText), (saddr) => ({ saddr })),
  ...asked(filter.notSaddr.map(prefixText), (not_saddr) => ({ not_saddr })),
  ...asked(filter.sport, (sport) => ({ sport })),
  ...asked(filter.notSport, (not_sport) => ({ not_sport })),
  ...asked(filter.daddr.map(prefixText), (daddr) => ({ daddr })),
  ...asked(filter.notDaddr.map(prefixText), (not_daddr) => ({ not_daddr })),
  ...asked(filter.dport, (dport) => ({ dport })),
  ...asked(filter.notDport, (not_dport) => ({ not_dport })),
  ...asked(filter.netns, (netns) => ({ netns })),
  ...asked(filter.notNetns, (not_netns) => ({ not_netns })),
})

const asked = <T>(values: readonly T[], named: (values: T[]) => RecordedFilter): RecordedFilter =>
  values.length === 0 ? {} : named([...values])

/** The filter of a recording's head. Throws a usage error on a prefix that is none. */
export const filterOf = (recorded: RecordedFilter): Filter => ({
  saddr: prefixes(recorded.saddr),
  notSaddr: prefixes(recorded.not_saddr),
  sport: recorded.sport ?? [],
  notSport: recorded.not_sport ?? [],
  daddr: prefixes(recorded.daddr),
  notDaddr: prefixes(recorded.not_daddr),
  dport: recorded.dport ?? [],
  notDport: recorded.not_dport ?? [],
  netns: recorded.netns ?? [],
  notNetns: recorded.not_netns ?? [],
})

const prefixes = (texts: readonly string[] = []): Prefix[] => texts.flatMap((text) => parseAddresses('filter', text))

/**
 * What a schema before 5 said of its filter, `saddr=192.0.2.0/24 not-dport=80,443` or `any`, as data; undefined unless the
 * data says exactly that.
 */
export const readDescription = (text: string): RecordedFilter | undefined => {
  try {
    const filter = text.split(' ').reduce(withTerm, ANY)
    return describeFilter(filter) === text ? recordedFilter(filter) : undefined
  } catch {
    return undefined
  }
}

const withTerm = (filter: Filter, term: string): Filter => {
  const [name = '', values = ''] = term.split('=')
  switch (name) {
    case 'any':
      return filter
    case 'saddr':
      return { ...filter, saddr: parseAddresses(name, values) }
    case 'not-saddr':
      return { ...filter, notSaddr: parseAddresses(name, values) }
    case 'sport':
      return { ...filter, sport: parsePorts(name, values) }
    case 'not-sport':
      return { ...filter, notSport: parsePorts(name, values) }
    case 'daddr':
      return { ...filter, daddr: parseAddresses(name, values) }
    case 'not-daddr':
      return { ...filter, notDaddr: parseAddresses(name, values) }
    case 'dport':
      return { ...filter, dport: parsePorts(name, values) }
    case 'not-dport':
      return { ...filter, notDport: parsePorts(name, values) }
    case 'netns':
      return { ...filter, netns: namespaces(name, values) }
    case 'not-netns':
      return { ...filter, notNetns: namespaces(name, values) }
    default:
      throw new Error(`no term of a filter: ${term}`)
  }
}

const namespaces = (name: string, values: string) =>
  parseNetns(name, values, () => ({ tried: 'a recording has inodes alone' }))

/** Whether every connection was watched. */
export const isUnfiltered = (recorded: RecordedFilter | string): boolean =>
  typeof recorded !== 'string' && Object.keys(recorded).length === 0

/**
 * Whether a filter may leave out some of what the recording has. It does not, for example, when it has the same values in
 * another order, or wider ones. Of a recorded filter that could not be read nothing is known: every filter may then.
 */
export const narrows = (filter: Filter, recorded: RecordedFilter | string): boolean => {
  if (typeof recorded === 'string') return !covers(filter, ANY)
  return !covers(filter, filterOf(recorded))
}

// By each question alone: what this answers with yes is so; that values side by side are one wider one goes unseen.
const covers = (wide: Filter, narrow: Filter): boolean =>
  (['saddr', 'daddr'] as const).every((name) => all(narrow[name], wide[name], isPrefixIn)) &&
  (['sport', 'dport'] as const).every((name) => all(narrow[name], wide[name], isRangeIn)) &&
  all<Netns>(narrow.netns, wide.netns.includes('all') ? [] : wide.netns, isNetnsIn) &&
  (['notSaddr', 'notDaddr'] as const).every((name) => each(wide[name], narrow[name], isPrefixIn)) &&
  (['notSport', 'notDport'] as const).every((name) => each(wide[name], narrow[name], isRangeIn)) &&
  each<Netns>(wide.notNetns, narrow.notNetns, isNetnsIn)

type IsIn<T> = (inner: T, outer: T) => boolean

const each = <T>(inner: readonly T[], outer: readonly T[], isIn: IsIn<T>) =>
  inner.every((item) => outer.some((other) => isIn(item, other)))

// An empty list asks nothing.
const all = <T>(narrow: readonly T[], wide: readonly T[], isIn: IsIn<T>) =>
  wide.length === 0 || (narrow.length > 0 && each(narrow, wide, isIn))

const isRangeIn: IsIn<Range> = (inner, outer) => outer.first <= inner.first && inner.last <= outer.last
const isNetnsIn: IsIn<Netns> = (inner, outer) => outer === 'all' || inner === outer
const isPrefixIn: IsIn<Prefix> = (inner, outer) => {
  const host = BigInt(widthOf(outer.family) - outer.bits)
  return inner.family === outer.family && inner.bits >= outer.bits && inner.network >> host === outer.network >> host
}
