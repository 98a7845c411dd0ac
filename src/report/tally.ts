// SPDX-License-Identifier: MIT
import type { CauseId } from '../verdict/causes.ts'
import type { Verdict } from '../verdict/verdict.ts'

/** Resets of one cause: how many, of what kinds, and who had most of them. */
export type Tally = {
  cause: CauseId
  count: number
  outcomes: readonly Verdict['outcome'][]
  who: readonly string[]
  confidences: readonly string[]
  owner: Top | undefined
  peer: Top | undefined
}
export type Top = { name: string; count: number; others: number }

/** The causes of verdicts, the most frequent first. */
export const tally = (verdicts: readonly Verdict[]): Tally[] => {
  const byCause = new Map<CauseId, Verdict[]>()
  for (const verdict of verdicts) {
    const same = byCause.get(verdict.cause)
    if (same === undefined) byCause.set(verdict.cause, [verdict])
    else same.push(verdict)
  }
  return [...byCause]
    .map(([cause, all]) => ({
      cause,
      count: all.length,
      outcomes: unique(all.map(({ outcome }) => outcome)),
      who: unique(all.map(({ who }) => who)),
      confidences: unique(all.map(({ confidence }) => confidence)),
      owner: top(all.flatMap(({ owner }) => owner?.comm ?? [])),
      peer: top(all.map(({ tuple }) => tuple.saddr)),
    }))
    .toSorted((a, b) => b.count - a.count || (a.cause < b.cause ? -1 : 1))
}

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)]

const top = (names: readonly string[]): Top | undefined => {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  const [first] = [...counts].toSorted(([, a], [, b]) => b - a)
  return first === undefined ? undefined : { name: first[0], count: first[1], others: counts.size - 1 }
}
