// SPDX-License-Identifier: MIT
import type { Value } from '../format/columns.ts'
import { csvRow } from '../format/csv.ts'
import type { FormatName } from '../format/format.ts'
import { jsonRow } from '../format/json.ts'
import { ACCOUNT_FIELDS, END_FIELDS, recordOf } from './fields.ts'
import type { Joined } from './join.ts'
import type { Row } from './score.ts'
import { createText, scoreTable, type Page } from './text.ts'

/** The accounts of a join in a format, piece by piece. */
export const accountsText = function* ({ told, hosts }: Joined, format: FormatName, page: Page): Generator<string> {
  if (format === 'json') {
    for (const one of told) yield jsonRow(recordOf(one, hosts))
    return
  }
  if (format === 'csv') {
    yield csvRow(CSV_NAMES)
    for (const one of told) yield csvRow(csvValues(recordOf(one, hosts)))
    return
  }
  const text = createText(page)
  yield text.headings()
  for (const one of told) yield text.told(one, hosts)
}

const ENDS: readonly string[] = ['sender', 'receiver']

/** The columns of CSV: what is nested in JSON is flattened, `sender_host` for example. */
const CSV_NAMES = ACCOUNT_FIELDS.flatMap(({ name }) =>
  ENDS.includes(name) ? END_FIELDS.map((field) => `${name}_${field.name}`) : [name],
)

const csvValues = (record: { readonly [name: string]: Value }): Value[] =>
  ACCOUNT_FIELDS.flatMap(({ name }) => {
    const value = record[name]
    if (!ENDS.includes(name)) return [value]
    return END_FIELDS.map((field) => (isNested(value) ? value[field.name] : null))
  })

const isNested = (value: Value): value is { readonly [field: string]: Value } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The score in a format. */
export const scoreText = (rows: readonly Row[], format: FormatName): string => {
  if (format === 'json') return rows.map((row) => jsonRow({ schema: 1, ...row })).join('')
  if (format === 'csv')
    return [['truth', 'inferred', 'inference', 'count'], ...rows.map((row) => Object.values(row))].map(csvRow).join('')
  return scoreTable(rows)
    .map((line) => `${line}\n`)
    .join('')
}
