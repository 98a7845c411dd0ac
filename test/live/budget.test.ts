// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { createBudget } from '../../src/live/budget.ts'
import { at } from '../samples.ts'

const taken = (perSecond: number, moments: readonly number[]) => {
  const budget = createBudget(perSecond)
  return moments.map((ms) => budget(at(ms)))
}

test.each<[string, readonly number[], readonly boolean[]]>([
  ['all at once', [5, 5, 5], [true, true, false]],
  ['more with the time', [0, 0, 499, 500, 501, 1001], [true, true, false, true, false, true]],
  ['no more than a second of it is kept', [0, 60_000, 60_000, 60_000], [true, true, true, false]],
  [
    'an event out of its order adds nothing',
    [1000, 1000, 200, 1000, 1400, 1500],
    [true, true, false, false, false, true],
  ],
])('two a second: %s', (_, moments, expected) => {
  expect(taken(2, moments)).toEqual(expected)
})
