// SPDX-License-Identifier: MIT
// The answer to a query in a format, piece by piece.
import { csvRow } from '../format/csv.ts'
import type { FormatName } from '../format/format.ts'
import { grid } from '../format/grid.ts'
import { jsonRow } from '../format/json.ts'
import { printable } from '../format/text.ts'
import { cellOf, type Given } from './values.ts'

/** The columns of an answer, and its rows as they come. */
export type Answer = {
  columns: readonly { name: string; isNumber: boolean }[]
  rows: AsyncIterable<readonly (readonly Given[])[]>
}

/** Writes it down. JSON and CSV come as their rows do; a table is as wide as its widest row, so it waits for all. */
export const answerText = async function* (
  { columns, rows }: Answer,
  format: FormatName,
): AsyncGenerator<string, undefined> {
  const names = columns.map(({ name }) => name)
  if (format === 'table') {
    const cells: string[][] = []
    for await (const some of rows) for (const row of some) cells.push(row.map(shown))
    const heads = columns.map(({ name, isNumber }) => ({ name: printable(name), number: isNumber }))
    yield grid(heads, cells)
      .map((line) => `${line}\n`)
      .join('')
    return undefined
  }
  if (format === 'csv') yield csvRow(names)
  for await (const some of rows)
    yield some
      .map((row) =>
        format === 'csv'
          ? csvRow(row.map(cellOf))
          : jsonRow(Object.fromEntries(names.map((name, place) => [name, row[place] ?? null]))),
      )
      .join('')
  return undefined
}

const shown = (value: Given): string => {
  const cell = cellOf(value)
  if (cell === null) return '-'
  return printable(typeof cell === 'object' ? cell.join('; ') : String(cell))
}
