// SPDX-License-Identifier: MIT
import { stringify, type Options } from 'csv-stringify/sync'
import type { Time } from '../time.ts'
import type { Verdict } from '../verdict/verdict.ts'
import { COLUMNS, EHASH_FIELDS, type Value } from './columns.ts'
import { printable } from './text.ts'

// escape_formulas: a task may call itself =cmd(), and a spreadsheet would run it.
const OPTIONS: Options = { escape_formulas: true }

/** The names of the columns; what is nested in JSON is flattened, `ehash_found` for example. */
export const csvHeader = (): string =>
  stringify(
    [COLUMNS.flatMap(({ name }) => (name === 'ehash' ? EHASH_FIELDS.map((field) => `ehash_${field}`) : [name]))],
    OPTIONS,
  )

/** A verdict as one row; sentences are joined by `; `. */
export const csvLine = (verdict: Verdict, boot: Time): string =>
  stringify([COLUMNS.flatMap(({ name, value }) => cells(name, value(verdict, boot)))], OPTIONS)

const cells = (name: string, value: Value): string[] => {
  if (name === 'ehash' && typeof value === 'object' && value !== null) {
    const fields = new Map(Object.entries(value))
    return EHASH_FIELDS.map((field) => cell(fields.get(field) ?? null))
  }
  return [cell(value)]
}

const cell = (value: Value): string => {
  if (value === null) return ''
  return printable(isList(value) ? value.join('; ') : typeof value === 'object' ? JSON.stringify(value) : String(value))
}

const isList = (value: Value): value is readonly string[] => Array.isArray(value)
