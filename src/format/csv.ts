// SPDX-License-Identifier: MIT
import { stringify, type Options } from 'csv-stringify/sync'
import type { Time } from '../time.ts'
import { EHASH_FIELDS, type Field, type Value } from './columns.ts'
import { printable } from './text.ts'

// escape_formulas: a task may call itself =cmd(), and a spreadsheet would run it.
const OPTIONS: Options = { escape_formulas: true }

/** The names of columns for several kinds of rows; what is nested in JSON is flattened, `ehash_found` for example. */
export const csvNames = (...kinds: readonly (readonly { name: string }[])[]): string[] => [
  ...new Set(
    kinds.flat().flatMap(({ name }) => (name === 'ehash' ? EHASH_FIELDS.map((field) => `ehash_${field}`) : [name])),
  ),
]

export const csvHeader = (names: readonly string[]): string => stringify([names], OPTIONS)

/** The fields of something as a row below those names, empty where it has none; sentences are joined by `; `. */
export const csvLine = <T>(names: readonly string[], fields: readonly Field<T>[], of: T, boot: Time): string => {
  const cells = new Map(fields.flatMap(({ name, value }) => flattened(name, value(of, boot))))
  return stringify([names.map((name) => cell(cells.get(name) ?? null))], OPTIONS)
}

const flattened = (name: string, value: Value): [string, Value][] =>
  name === 'ehash' && typeof value === 'object' && value !== null
    ? Object.entries(value).map(([field, inner]) => [`ehash_${field}`, inner])
    : [[name, value]]

const cell = (value: Value): string => {
  if (value === null) return ''
  return printable(isList(value) ? value.join('; ') : typeof value === 'object' ? JSON.stringify(value) : String(value))
}

const isList = (value: Value): value is readonly string[] => Array.isArray(value)
