// SPDX-License-Identifier: MIT
import { shownFields, type Field, type Value } from './columns.ts'
import { EHASH_FIELDS } from './ehash.ts'
import type { CreateSink, Start } from './sink.ts'
import { STEP_FIELDS } from './step.ts'
import { printable } from './text.ts'

/** Rows below one header, in which verdicts and steps have their columns: RFC 4180. */
export const csv: CreateSink = (shown) => {
  const fields = shownFields(shown)
  const names = csvNames(fields, shown.steps ? STEP_FIELDS : [])
  return {
    start: () => csvRow(names),
    verdict: (verdict, start) => csvLine(names, fields, verdict, start),
    step: (step, start) => csvLine(names, STEP_FIELDS, step, start),
    end: () => '',
  }
}

// The names of columns for several kinds of rows; what is nested in JSON is flattened, `ehash_found` for example.
const csvNames = (...kinds: readonly (readonly { name: string }[])[]): string[] => [
  ...new Set(
    kinds
      .flat()
      .flatMap(({ name }) => (name === 'ehash' ? Object.keys(EHASH_FIELDS).map((field) => `ehash_${field}`) : [name])),
  ),
]

// The fields of something as a row below those names, empty where it has none; sentences are joined by `; `.
const csvLine = <T>(names: readonly string[], fields: readonly Field<T>[], of: T, start: Start): string => {
  const values = new Map<string, Value>()
  for (const { name, value } of fields) {
    const found = value(of, start)
    if (name !== 'ehash' || typeof found !== 'object' || found === null) values.set(name, found)
    else for (const [field, inner] of Object.entries(found)) values.set(`ehash_${field}`, inner)
  }
  return csvRow(names.map((name) => cell(values.get(name) ?? null)))
}

const cell = (value: Value): string => {
  if (value === null) return ''
  return printable(isList(value) ? value.join('; ') : typeof value === 'object' ? JSON.stringify(value) : String(value))
}

const isList = (value: Value): value is readonly string[] => Array.isArray(value)

/** A row of RFC 4180. A task may call itself =cmd(), and a spreadsheet would run that: a quote is put before it. */
export const csvRow = (cells: readonly string[]): string => `${cells.map(quoted).join(',')}\n`

const quoted = (text: string): string => {
  const safe = FORMULA.test(text) ? `'${text}` : text
  return SPECIAL.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** What begins a formula, be it written wide. */
const FORMULA = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/
const SPECIAL = /[",\r\n]/
