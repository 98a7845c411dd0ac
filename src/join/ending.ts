// SPDX-License-Identifier: MIT
// What is said after the accounts: how many, by whose clock, and how well was inferred.
import { grid } from '../format/grid.ts'
import { spanText } from '../time.ts'
import { plural } from '../summary/report.ts'
import type { Fate } from './account.ts'
import type { Joined } from './join.ts'
import { byInferred, scoreOf, sumOf, type Row } from './score.ts'

const FATE_TEXTS = {
  arrived: 'with both ends',
  lost: 'lost on the way',
  dropped: 'dropped by the sender',
  unsent: 'sent by neither end',
  sent: 'without a recording of the receiver',
  received: 'without a recording of the sender',
} as const satisfies Record<Fate, string>

/** The totals in one line: `4 RSTs of 3 connections: 3 with both ends, 1 lost on the way`. */
export const totals = ({ told }: Joined): string => {
  const parts = Object.entries(FATE_TEXTS).flatMap(([fate, text]) => {
    const count = told.filter((one) => one.fate === fate).length
    return count === 0 ? [] : [`${count} ${text}`]
  })
  const connections = new Set(told.map(({ connection }) => connection)).size
  return `${plural(told.length, 'RST')} of ${plural(connections, 'connection')}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`
}

/** A sentence about the clock of each host but the first. */
export const clockTexts = ({ hosts, clocks }: Joined): string[] =>
  hosts.slice(1).map(({ name }, place) => {
    const clock = clocks[place + 1]
    const first = hosts[0]?.name ?? ''
    if (clock === undefined || clock === null)
      return `clock of ${name}: no RST tells how it differs from that of ${first}; taken for the same`
    const { ahead, spread, pairs } = clock
    return `clock of ${name}: ${(Math.abs(ahead) / 1e9).toFixed(6)} s ${ahead < 0 ? 'behind' : 'ahead of'} that of ${first}, ±${spanText(spread)}, by ${plural(pairs, 'RST')}`
  })

/** How well the receivers had inferred, in a sentence and a table; none where nothing was to be checked. */
export const scoreTexts = ({ told }: Joined): { sentence: string; table: string[] } | undefined => {
  const rows = scoreOf(told)
  const { right, weaker, wrong } = sumOf(rows)
  const all = right + weaker + wrong
  if (all === 0) return undefined
  return {
    sentence: `${plural(all, 'inference')} checked: ${right} right, ${weaker} weaker than the truth, ${wrong} wrong`,
    table: inferredTable(rows),
  }
}

const inferredTable = (rows: readonly Row[]) =>
  grid(
    [
      { name: 'INFERRED' },
      { name: 'RIGHT', number: true },
      { name: 'WEAKER', number: true },
      { name: 'WRONG', number: true },
    ],
    byInferred(rows).map(({ inferred, right, weaker, wrong }) => [inferred, ...[right, weaker, wrong].map(String)]),
  )
