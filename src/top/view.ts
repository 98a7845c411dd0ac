// SPDX-License-Identifier: MIT
// Which rows `top` shows: verdicts counted by one thing, in an order, those that match a text.
import { rollUp, type Row } from '../summary/rollUp.ts'
import type { Group, Key } from '../summary/tally.ts'
import { compareTime } from '../time.ts'

/** What `top` keeps apart: what it shows, what it counts by, and what a filter finds. */
export const TOP_KEYS = [
  'cause',
  'outcome',
  'who',
  'confidence',
  'owner',
  'peer',
  'local',
  'lport',
] as const satisfies readonly Key[]

/** What rows are counted by, in the order in which a key goes through them. */
export const BY = {
  cause: ['cause', 'outcome', 'who', 'confidence'],
  peer: ['peer'],
  owner: ['owner'],
  port: ['lport'],
} as const satisfies Record<string, readonly Key[]>
export type By = keyof typeof BY

export const SORTS = ['count', 'last', 'name'] as const
export type Sort = (typeof SORTS)[number]

/** What a person has chosen. */
export type View = {
  by: By
  sort: Sort
  filter: string
  /** Whether keys go into the filter. */
  typing: boolean
  /** The groups of when it was frozen; null: those of now. */
  frozen: readonly Group[] | null
  /** The row that is marked, by its name; null: the first. */
  marked: string | null
  /** How far the verdict that is open was moved up, in lines; null: none is open. */
  open: number | null
}

export const FIRST_VIEW: View = {
  by: 'cause',
  sort: 'count',
  filter: '',
  typing: false,
  frozen: null,
  marked: null,
  open: null,
}

/** The name of a row among those of its view. */
export const nameOf = ({ values }: Row): string => Object.values(values).join(' ')

/** The rows, in their order. */
export const rowsOf = (groups: readonly Group[], { by, sort, filter, frozen }: View): Row[] => {
  const text = filter.toLowerCase()
  const matching = (frozen ?? groups).filter(
    ({ values }) => text === '' || Object.values(values).join(' ').toLowerCase().includes(text),
  )
  return rollUp(matching, BY[by]).toSorted(ORDERS[sort])
}

/** The row that is marked; undefined when there is none at all. */
export const markedOf = (rows: readonly Row[], { marked }: View): Row | undefined =>
  rows.find((row) => nameOf(row) === marked) ?? rows[0]

// Where two are alike the most frequent is first: sorting keeps that order.
const ORDERS: Readonly<Record<Sort, (a: Row, b: Row) => number>> = {
  count: (a, b) => b.count - a.count,
  last: (a, b) => compareTime(b.last, a.last),
  name: (a, b) => (nameOf(a) < nameOf(b) ? -1 : Number(nameOf(a) > nameOf(b))),
}
