// SPDX-License-Identifier: MIT
import { addressText, widthOf, type Prefix } from './address.ts'
import type { Filter } from './filter.ts'
import type { Range } from './port.ts'

/** The filter as one line for people: `saddr=192.0.2.0/24 not-dport=80,8000-8100`. Recordings before schema 5 have it, too. */
export const describeFilter = (filter: Filter): string => describeTerms(filterTerms(filter))

/** An option without its dashes, and its values as one would type them. */
export type Term = readonly [name: string, values: readonly string[]]

export const describeTerms = (terms: readonly Term[]): string =>
  terms
    .filter(([, values]) => values.length > 0)
    .map(([name, values]) => `${name}=${values.join(',')}`)
    .join(' ') || 'any'

export const filterTerms = (filter: Filter): Term[] => [
  ['saddr', filter.saddr.map(prefixText)],
  ['not-saddr', filter.notSaddr.map(prefixText)],
  ['sport', filter.sport.map(rangeText)],
  ['not-sport', filter.notSport.map(rangeText)],
  ['daddr', filter.daddr.map(prefixText)],
  ['not-daddr', filter.notDaddr.map(prefixText)],
  ['dport', filter.dport.map(rangeText)],
  ['not-dport', filter.notDport.map(rangeText)],
  ['netns', filter.netns.map(String)],
  ['not-netns', filter.notNetns.map(String)],
]

const rangeText = ({ first, last }: Range) => (first === last ? `${first}` : `${first}-${last}`)

/** A prefix as one would type it, without its length where it is one address. */
export const prefixText = (prefix: Prefix) =>
  prefix.bits === widthOf(prefix.family) ? addressText(prefix) : `${addressText(prefix)}/${prefix.bits}`
