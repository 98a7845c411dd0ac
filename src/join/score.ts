// SPDX-License-Identifier: MIT
import type { CauseId } from '../verdict/causes.ts'
import type { Account } from './account.ts'
import type { Inference } from './inference.ts'

/** How often an end made that of a RST of which this was so. `sent`: by a host that is recorded, or by none. */
export type Row = { truth: CauseId | 'sent by neither end'; inferred: CauseId; inference: Inference; count: number }

/** The score of inference against truth: a row for each pair of them, by what was so. */
export const scoreOf = (accounts: readonly Pick<Account, 'sent' | 'came' | 'inference'>[]): Row[] => {
  const rows = new Map<string, Row>()
  for (const { sent, came, inference } of accounts) {
    if (came === null || inference === null) continue
    const truth = sent?.cause ?? 'sent by neither end'
    const key = `${truth} ${came.cause} ${inference}`
    const row = rows.get(key)
    if (row === undefined) rows.set(key, { truth, inferred: came.cause, inference, count: 1 })
    else row.count += 1
  }
  return [...rows.values()].toSorted(
    (a, b) => a.truth.localeCompare(b.truth, 'en') || b.count - a.count || a.inferred.localeCompare(b.inferred, 'en'),
  )
}

/** How many inferences were right, weaker, wrong, and how many RSTs nothing was inferred of. */
export const sumOf = (rows: readonly Row[]): Record<Inference, number> => {
  const sum = { right: 0, weaker: 0, wrong: 0, none: 0 }
  for (const { inference, count } of rows) sum[inference] += count
  return sum
}

/** By what was inferred, how often it was right, weaker and wrong; what says nothing of the sender is left out. */
export const byInferred = (rows: readonly Row[]): ({ inferred: CauseId } & Record<Inference, number>)[] =>
  [...new Set(rows.filter(({ inference }) => inference !== 'none').map(({ inferred }) => inferred))]
    .toSorted()
    .map((inferred) => ({ inferred, ...sumOf(rows.filter((row) => row.inferred === inferred)) }))
