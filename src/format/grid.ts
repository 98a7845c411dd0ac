// SPDX-License-Identifier: MIT
import stringWidth from 'string-width'
import { padded } from './text.ts'

/** A column of a table: its head, and whether it is of numbers, which stand at the right. */
export type Column = { name: string; number?: boolean }

/** Rows below their heads, each column as wide as the widest of it, the last one not filled up. No end of line. */
export const grid = (columns: readonly Column[], rows: readonly (readonly string[])[]): string[] => {
  const all = [columns.map(({ name }) => name), ...rows]
  const widths = columns.map((_, i) => Math.max(...all.map((row) => stringWidth(row[i] ?? ''))))
  return all.map((row) =>
    columns
      .map(({ number }, i) => {
        const [cell, width] = [row[i] ?? '', widths[i] ?? 0]
        if (number === true) return ' '.repeat(width - stringWidth(cell)) + cell
        return i === columns.length - 1 ? cell : padded(cell, width)
      })
      .join(' ')
      .trimEnd(),
  )
}
