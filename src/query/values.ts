// SPDX-License-Identifier: MIT
// What DuckDB gives as what JSON, CSV and a table hold.
import type { DuckDBValue } from '@duckdb/node-api'
import { isoTime, timeOf } from '../time.ts'

/** A value of a result, as JSON has it. */
export type Given = string | number | boolean | null | readonly Given[] | { readonly [name: string]: Given }

/** A whole number that JSON does not carry exactly is text; a moment is ISO 8601, in UTC. */
export const givenOf = (value: DuckDBValue): Given => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if ('items' in value) return value.items.map(givenOf)
  if ('entries' in value) return entriesOf(value.entries)
  // Of a variant and of a union, what it holds.
  if ('value' in value && typeof value.value !== 'bigint') return givenOf(value.value)
  return textOf(value)
}

const entriesOf = (entries: Extract<DuckDBValue, { entries: unknown }>['entries']): Given =>
  Object.fromEntries(
    isPairs(entries)
      ? entries.map(({ key, value }) => [nameOf(givenOf(key)), givenOf(value)])
      : Object.entries(entries).map(([name, value]) => [name, givenOf(value)]),
  )

const isPairs = (
  entries: Extract<DuckDBValue, { entries: unknown }>['entries'],
): entries is Extract<Extract<DuckDBValue, { entries: unknown }>['entries'], unknown[]> => Array.isArray(entries)

const nameOf = (key: Given) => (typeof key === 'string' ? key : JSON.stringify(key))

// By the name of its class, since DuckDB is there when it is asked for, and not before.
const textOf = (value: Exclude<DuckDBValue, null | string | number | bigint | boolean>): string => {
  const kind = value.constructor.name
  const isMoment = kind.startsWith('DuckDBTimestamp') && 'isFinite' in value && value.isFinite
  if (isMoment && 'nanos' in value) return isoTime(timeOf(value.nanos), EPOCH)
  if (isMoment && 'micros' in value && value.micros < LATEST && value.micros > -LATEST)
    return isoTime(timeOf(value.micros * 1000n), EPOCH).replace(/\.?0+Z$/, 'Z')
  return value.toString()
}

const EPOCH = { s: 0, ns: 0 }

/** In microseconds from 1970 the last moment that has a date of four digits, about. */
const LATEST = 250_000_000_000_000_000n

/** The same for a cell: nothing, a list or an object as text. */
export const cellOf = (value: Given): string | number | boolean | null | readonly string[] =>
  isList(value) ? value.map(wordOf) : typeof value === 'object' && value !== null ? JSON.stringify(value) : value

const wordOf = (value: Given) => (typeof value === 'string' ? value : JSON.stringify(value))

const isList = (value: Given): value is readonly Given[] => Array.isArray(value)
