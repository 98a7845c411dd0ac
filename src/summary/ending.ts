// SPDX-License-Identifier: MIT
import { causeRows, causeTable } from './byCause.ts'
import type { Group } from './tally.ts'

/** So few resets that a person may read about each. */
const FEW = 2

/**
 * What is said after the totals, in lines: a table where there was more than one cause, with what to look at next; after one
 * reset or two, before a person, what explains them.
 */
export const ending = (groups: readonly Group[], { width, watched }: { width: number; watched: boolean }): string[] => {
  const rows = causeRows(groups)
  // A RST that was ignored has done nothing: it is read about where there is nothing else.
  const first = rows.find(({ values }) => values.outcome !== 'ignored') ?? rows[0]
  if (first === undefined) return []
  const causes = new Set(rows.map(({ values }) => values.cause))
  if (causes.size > 1) return [...causeTable(rows, width), `next: trace-reset causes ${first.values.cause}`]
  return watched && first.count <= FEW ? [`hint: trace-reset causes ${first.values.cause}`] : []
}
