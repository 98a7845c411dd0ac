// SPDX-License-Identifier: MIT
import { compareTime } from '../time.ts'
import { OTHERS, type Group, type Key, type KeyValue } from './tally.ts'

/** Groups that have the same values of fewer keys, as one; `parts` are those groups, for what is most frequent among them. */
export type Row = Group & { parts: Group[] }

/** Sums groups up by some of their keys, the most frequent first, and of two the one that began earlier. */
export const rollUp = (groups: readonly Group[], keys: readonly Key[]): Row[] => {
  const rows = new Map<string, Row>()
  for (const group of groups) {
    const name = keys.map((key) => group.values[key]).join('\0')
    const row = rows.get(name)
    if (row === undefined) {
      const values = Object.fromEntries(keys.map((key) => [key, group.values[key] ?? null]))
      rows.set(name, { ...group, values, parts: [group] })
    } else join(row, group)
  }
  return [...rows.values()].toSorted((a, b) => b.count - a.count || compareTime(a.first, b.first))
}

const join = (row: Row, group: Group) => {
  row.parts.push(group)
  row.count += group.count
  if (compareTime(group.first, row.first) < 0) row.first = group.first
  if (compareTime(group.last, row.last) <= 0) return
  row.last = group.last
  row.latest = group.latest ?? row.latest
}

/** The most frequent value of a key in a row, and how often; null where none is known, or where those not told apart may be more. */
export const topOf = ({ parts }: Row, key: Key): { value: KeyValue; count: number } | null => {
  const counts = new Map<KeyValue, number>()
  for (const { values, count } of parts) {
    const value = values[key] ?? null
    if (value !== null) counts.set(value, (counts.get(value) ?? 0) + count)
  }
  const others = counts.get(OTHERS) ?? 0
  counts.delete(OTHERS)
  const [value, count] = [...counts].reduce<[KeyValue, number]>((top, one) => (one[1] > top[1] ? one : top), [null, 0])
  return count > others ? { value, count } : null
}
