// SPDX-License-Identifier: MIT
import { stringify, type Options } from 'csv-stringify/sync'
import { shownFields, type Field, type Value } from './columns.ts'
import { EHASH_FIELDS } from './ehash.ts'
import { NAT_FIELDS } from './nat.ts'
import type { CreateSink, Start } from './sink.ts'
import { STEP_FIELDS } from './step.ts'
import { printable } from './text.ts'

// escape_formulas: a task may call itself =cmd(), and a spreadsheet would run it.
const OPTIONS: Options = { escape_formulas: true }

/** Rows below one header, in which verdicts and steps have their columns: RFC 4180. */
export const csv: CreateSink = (shown) => {
  const fields = shownFields(shown)
  const names = csvNames(fields, shown.steps ? STEP_FIELDS : [])
  return {
    start: () => stringify([names], OPTIONS),
    verdict: (verdict, start) => csvLine(names, fields, verdict, start),
    step: (step, start) => csvLine(names, STEP_FIELDS, step, start),
    end: () => '',
  }
}

/** Fields with fields of their own: each has a column, `ehash_found` for example. */
const NESTED: Readonly<Record<string, object>> = { ehash: EHASH_FIELDS, nat: NAT_FIELDS }

// The names of columns for several kinds of rows; what is nested in JSON is flattened, `ehash_found` for example.
const csvNames = (...kinds: readonly (readonly { name: string }[])[]): string[] => [
  ...new Set(
    kinds.flat().flatMap(({ name }) => {
      const fields = NESTED[name]
      return fields === undefined ? [name] : Object.keys(fields).map((field) => `${name}_${field}`)
    }),
  ),
]

// The fields of something as a row below those names, empty where it has none; sentences are joined by `; `.
const csvLine = <T>(names: readonly string[], fields: readonly Field<T>[], of: T, start: Start): string => {
  const cells = new Map(fields.flatMap(({ name, value }) => flattened(name, value(of, start))))
  return stringify([names.map((name) => cell(cells.get(name) ?? null))], OPTIONS)
}

const flattened = (name: string, value: Value): [string, Value][] =>
  name in NESTED && typeof value === 'object' && value !== null
    ? Object.entries(value).map(([field, inner]) => [`${name}_${field}`, inner])
    : [[name, value]]

const cell = (value: Value): string => {
  if (value === null || value === undefined) return ''
  return printable(isList(value) ? value.join('; ') : typeof value === 'object' ? JSON.stringify(value) : String(value))
}

const isList = (value: Value): value is readonly string[] => Array.isArray(value)
