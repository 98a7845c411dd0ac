// SPDX-License-Identifier: MIT
import type { Verdict } from '../verdict/verdict.ts'
import { COLUMNS } from './columns.ts'
import type { Start } from './sink.ts'

type Column = (typeof COLUMNS)[number]

/** A verdict as an object with the fields of `--format json`: README.md has their meanings, verdict.schema.json their types. */
export type VerdictRecord = { readonly [C in Column as C['name']]: ReturnType<C['value']> }

/** The fields of a verdict, in the order of COLUMNS. */
export const recordOf = (verdict: Verdict, start: Start): VerdictRecord => {
  const record: object = Object.fromEntries(COLUMNS.map(({ name, value }) => [name, value(verdict, start)]))
  if (!hasEveryColumn(record)) throw new Error('a column has no value')
  return record
}

// TypeScript does not follow a list of names through Object.fromEntries.
const hasEveryColumn = (record: object): record is VerdictRecord => COLUMNS.every(({ name }) => name in record)
