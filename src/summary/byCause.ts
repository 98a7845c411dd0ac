// SPDX-License-Identifier: MIT
// What a run came to, by cause: for the end of a run, and for `top`.
import { grid, type Column } from '../format/grid.ts'
import { printable } from '../format/text.ts'
import { rollUp, topOf, type Row } from './rollUp.ts'
import type { Group, Key } from './tally.ts'

/** What a run is counted by for its end. */
export const END_KEYS = ['cause', 'outcome', 'who', 'confidence', 'owner', 'peer'] as const satisfies readonly Key[]

const BY = ['cause', 'outcome', 'who', 'confidence'] as const satisfies readonly Key[]

/** The rows of a run, the most frequent cause first. */
export const causeRows = (groups: readonly Group[]): Row[] => rollUp(groups, BY)

const COLUMNS: readonly (Column & { cell: (row: Row) => string })[] = [
  { name: 'COUNT', number: true, cell: ({ count }) => String(count) },
  { name: 'OUT', cell: ({ values }) => OUT[String(values.outcome)] ?? '-' },
  { name: 'CAUSE', cell: ({ values }) => String(values.cause) },
  { name: 'WHO', cell: ({ values }) => String(values.who) },
  { name: 'SURE', cell: ({ values }) => String(values.confidence) },
  { name: 'TOP OWNER', cell: (row) => topText(row, 'owner') },
  { name: 'TOP PEER', cell: (row) => topText(row, 'peer') },
]

const OUT: Readonly<Record<string, string>> = { sent: 'sent', received: 'recv', ignored: 'ign.' }

/** `nginx (64)`, or `-`. */
const topText = (row: Row, key: Key): string => {
  const top = topOf(row, key)
  return top === null ? '-' : `${printable(String(top.value))} (${top.count})`
}

/** Those rows as a table with a head, in lines of at most `width` columns where addresses allow it: who goes first. */
export const causeTable = (rows: readonly Row[], width: number): string[] => {
  const whole = gridOf(COLUMNS, rows)
  return whole.every((line) => line.length <= width)
    ? whole
    : gridOf(
        COLUMNS.filter(({ name }) => name !== 'WHO'),
        rows,
      )
}

const gridOf = (columns: typeof COLUMNS, rows: readonly Row[]) =>
  grid(
    columns,
    rows.map((row) => columns.map(({ cell }) => cell(row))),
  )
