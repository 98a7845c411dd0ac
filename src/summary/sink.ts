// SPDX-License-Identifier: MIT
import { localTime } from '../format/clock.ts'
import { csvRow } from '../format/csv.ts'
import type { FormatName } from '../format/format.ts'
import { grid } from '../format/grid.ts'
import { jsonRow } from '../format/json.ts'
import type { CreateSink, Shown } from '../format/sink.ts'
import { printable } from '../format/text.ts'
import { isoTime, type Time } from '../time.ts'
import { rollUp, type Row } from './rollUp.ts'
import { createTally, type Key } from './tally.ts'

/** Moments since 1970 are since boot here. */
const EPOCH: Time = { s: 0, ns: 0 }

/** In the place of the verdicts their counts by `keys`, at the end: a row for each group with its first and last moment. */
export const summarySink =
  (keys: readonly Key[], format: FormatName): CreateSink =>
  (shown) => {
    const tally = createTally(keys)
    return {
      start: () => '',
      verdict: (verdict, { boot }) => {
        tally.see(verdict, boot)
        return ''
      },
      step: () => '',
      end: () => WRITERS[format](keys, rollUp(tally.groups(), keys), shown),
    }
  }

type Write = (keys: readonly Key[], rows: readonly Row[], shown: Shown) => string

const WRITERS: Readonly<Record<FormatName, Write>> = {
  table: (keys, rows, { zone }) => {
    const moment = (at: Time) => {
      const { day, time } = localTime(at, EPOCH, zone)
      return `${day.slice(0, 10)} ${time.slice(0, 8)}`
    }
    const columns = [
      { name: 'COUNT', number: true },
      ...keys.map((key) => ({ name: key.toUpperCase() })),
      { name: `FIRST${rows[0] === undefined ? '' : ` (${localTime(rows[0].first, EPOCH, zone).day.slice(12)})`}` },
      { name: 'LAST' },
    ]
    const cells = rows.map(({ count, values, first, last }) => [
      String(count),
      ...keys.map((key) => printable(String(values[key] ?? '-'))),
      moment(first),
      moment(last),
    ])
    return grid(columns, cells)
      .map((line) => `${line}\n`)
      .join('')
  },
  json: (_, rows) => rows.map((row) => jsonRow(record(row))).join(''),
  csv: (keys, rows) =>
    [[...keys, 'count', 'first', 'last'], ...rows.map((row) => Object.values(record(row)))].map(csvRow).join(''),
}

const record = ({ values, count, first, last }: Row) => ({
  ...values,
  count,
  first: isoTime(first, EPOCH),
  last: isoTime(last, EPOCH),
})
