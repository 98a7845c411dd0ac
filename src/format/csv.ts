// SPDX-License-Identifier: MIT
import { stringify, type Options } from 'csv-stringify/sync'
import { shownFields, type Field, type Value } from './columns.ts'
import { flatPlaces, putFlat } from './flat.ts'
import type { CreateSink, Start } from './sink.ts'
import { STEP_FIELDS } from './step.ts'
import { printable } from './text.ts'

// escape_formulas: a task may call itself =cmd(), and a spreadsheet would run it.
const OPTIONS: Options = { escape_formulas: true }

/** Rows below one header, in which verdicts and steps have their columns: RFC 4180. */
export const csv: CreateSink = (shown) => {
  const fields = shownFields(shown)
  const names = csvNames(fields, shown.steps ? STEP_FIELDS : [])
  const places = new Map(names.map((name, place) => [name, place]))
  return {
    start: () => stringify([names], OPTIONS),
    verdict: (verdict, start) => csvLine(places, fields, verdict, start),
    step: (step, start) => csvLine(places, STEP_FIELDS, step, start),
    end: () => '',
  }
}

// The names of columns for several kinds of rows.
const csvNames = (...kinds: readonly (readonly { name: string }[])[]): string[] => [
  ...new Set(flatPlaces(kinds.flat()).map(({ name }) => name)),
]

// The fields of something as a row, each in the place of its column, empty where it has none; sentences are joined by `; `.
const csvLine = <T>(places: ReadonlyMap<string, number>, fields: readonly Field<T>[], of: T, start: Start): string => {
  const row = Array.from(places, () => '')
  putFlat(fields, of, start, (name, value) => {
    const place = places.get(name)
    if (place !== undefined) row[place] = cell(value)
  })
  return `${row.join(',')}\n`
}

/** A row of values, as RFC 4180 has it. */
export const csvRow = (values: readonly Value[]): string => `${values.map(cell).join(',')}\n`

const cell = (value: Value): string => {
  if (value === null || value === undefined) return ''
  const text = isList(value) ? value.join('; ') : typeof value === 'object' ? JSON.stringify(value) : String(value)
  return PLAIN.test(text) ? text : stringify([[printable(text)]], { ...OPTIONS, eof: false })
}

/** Text that is in a cell as it is. Most is: to ask the library of each cell takes longer than to judge the reset. */
const PLAIN = /^\w[ !#-+\--~]*$/

const isList = (value: Value): value is readonly string[] => Array.isArray(value)
