// SPDX-License-Identifier: MIT
// What is nested in JSON, flat: a column for each value, `ehash_found` for example, as CSV, Parquet and tables have it.
import type { Field, Value } from './columns.ts'
import { EHASH_FIELDS } from './ehash.ts'
import { NAT_FIELDS } from './nat.ts'
import type { Start } from './sink.ts'

/** Fields with fields of their own. */
const NESTED: Readonly<Record<string, object>> = { ehash: EHASH_FIELDS, nat: NAT_FIELDS }

/** A flat column: its name, and where its value is in JSON. */
export type Place = { name: string; field: string; inner: string | null }

/** The columns of fields, in order. */
export const flatPlaces = (fields: readonly { name: string }[]): Place[] =>
  fields.flatMap(({ name }): Place[] => {
    const below = NESTED[name]
    if (below === undefined) return [{ name, field: name, inner: null }]
    return Object.keys(below).map((inner) => ({ name: `${name}_${inner}`, field: name, inner }))
  })

/** Gives each value of fields to `put`, by the name of its column; what is not there is not given. */
export const putFlat = <T>(
  fields: readonly Field<T>[],
  of: T,
  start: Start,
  put: (name: string, value: Value) => void,
): void => {
  for (const { name, value } of fields) {
    const given = value(of, start)
    if (name in NESTED && typeof given === 'object' && given !== null)
      for (const [inner, one] of Object.entries(given)) put(`${name}_${inner}`, one)
    else put(name, given)
  }
}
