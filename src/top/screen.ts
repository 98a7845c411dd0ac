// SPDX-License-Identifier: MIT
import { localTime, type Zone } from '../format/clock.ts'
import { coloured } from '../format/colour.ts'
import { below } from '../format/entry.ts'
import { grid, type Column } from '../format/grid.ts'
import { headOf } from '../format/head.ts'
import { cut, printable } from '../format/text.ts'
import { causeTable } from '../summary/byCause.ts'
import { topOf, type Row } from '../summary/rollUp.ts'
import type { Group, Key } from '../summary/tally.ts'
import type { Time } from '../time.ts'
import { keysText } from './press.ts'
import { BY, markedOf, rowsOf, type View } from './view.ts'

/** All that the screen shows. */
export type State = {
  groups: readonly Group[]
  view: View
  /** What is traced or replayed, and the last warning. */
  title: string
  message: string
  paint: boolean
  zone: Zone
  /** When the kernel of the verdicts started. */
  boot: Time
}

/** Moments of groups are since 1970. */
const EPOCH: Time = { s: 0, ns: 0 }

const [INVERSE, PLAIN] = ['\x1b[7m', '\x1b[27m']

/**
 * The screen as a terminal of that size takes it: from its first cell, each line cleared before it is written, since at the
 * last column of a full one its last character would be cleared, and nothing below.
 */
export const screen = (state: State, rows: number, columns: number): string => {
  const frame = lines(state, Math.max(1, rows), Math.max(1, columns))
  const [last = '', ...others] = frame.toReversed().map((line) => `\x1b[K${line}`)
  return `\x1b[H${[...others.toReversed().map((line) => `${line}\r\n`), '\x1b[J', last].join('')}`
}

// The last line has the keys, the first two say what is shown; where there is no room for all the table yields.
const lines = (state: State, rows: number, columns: number): string[] => {
  const { view, groups, title, message } = state
  const shown = rowsOf(groups, view)
  const head = [totals(view.frozen ?? groups, title), modeText(view, message)].map((line) => cut(line, columns))
  const marked = markedOf(shown, view)
  const room = Math.max(0, rows - head.length - 1)
  const body =
    view.open === null || marked?.latest === undefined
      ? tableLines(state, shown, room, columns)
      : verdictLines(state, marked, view.open, room, columns)
  const filled = [...head, ...body, ...Array.from({ length: room }, () => '')].slice(0, rows - 1)
  return [...filled, `${INVERSE}${cut(keysText(view), columns)}${PLAIN}`].slice(-rows)
}

const totals = (groups: readonly Group[], title: string) => {
  const count = (outcome: string) =>
    groups.reduce((sum, { values, count }) => (values.outcome === outcome ? sum + count : sum), 0)
  const [sent, received, ignored] = [count('sent'), count('received'), count('ignored')]
  return `${sent + received + ignored} resets: ${sent} sent, ${received} received, ${ignored} ignored   ${printable(title)}`
}

const modeText = ({ by, sort, filter, typing, frozen }: View, message: string) =>
  [
    `by ${by}, sorted by ${sort}`,
    ...(typing || filter !== '' ? [`filter: ${printable(filter)}${typing ? '_' : ''}`] : []),
    ...(frozen === null ? [] : ['FROZEN']),
    ...(message === '' ? [] : [printable(message)]),
  ].join('   ')

const tableLines = (state: State, shown: readonly Row[], room: number, columns: number): string[] => {
  const { view, paint } = state
  const [headings = '', ...all] = view.by === 'cause' ? causeTable(shown, columns) : keyTable(state, shown)
  const marked = markedOf(shown, view)
  const at = marked === undefined ? 0 : shown.indexOf(marked)
  // The marked row is always among those shown.
  const from = Math.max(0, Math.min(at - Math.floor((room - 1) / 2), all.length - (room - 1)))
  const rows = all.map((line, index) => {
    const text = cut(line, columns)
    if (index === at) return `${INVERSE}${text}${PLAIN}`
    const outcome = shown[index]?.latest?.outcome
    return outcome === undefined || view.by !== 'cause' ? text : coloured(text, outcome, paint)
  })
  return [cut(headings, columns), ...rows.slice(from, from + Math.max(0, room - 1))].slice(0, room)
}

const keyTable = ({ view, zone }: State, rows: readonly Row[]): string[] => {
  const keys: readonly Key[] = BY[view.by]
  const columns: Column[] = [
    { name: 'COUNT', number: true },
    ...keys.map((key) => ({ name: key.toUpperCase() })),
    { name: 'TOP CAUSE' },
    { name: 'LAST' },
  ]
  return grid(
    columns,
    rows.map((row) => {
      const top = topOf(row, 'cause')
      return [
        String(row.count),
        ...keys.map((key) => printable(String(row.values[key] ?? '-'))),
        top === null ? '-' : `${top.value} (${top.count})`,
        localTime(row.last, EPOCH, zone).time.slice(0, 8),
      ]
    }),
  )
}

const verdictLines = (
  { boot, zone, paint }: State,
  row: Row,
  moved: number,
  room: number,
  columns: number,
): string[] => {
  if (row.latest === undefined) return []
  const { day, time } = localTime(row.latest.at, boot, zone)
  const head = headOf(row.latest, time.slice(0, 8), columns, paint)
  const rest = below(row.latest, time, columns, { sentence: true, evidence: true, stack: false, explain: true })
  const all = [`the last of ${row.count}, ${day}`, ...`${head}${rest}`.trimEnd().split('\n')]
  const from = Math.min(moved, Math.max(0, all.length - room))
  return all.slice(from, from + room).map((line) => (line.includes('\x1b') ? line : cut(line, columns)))
}
