// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { createLosses, type Loss } from '../../src/flow/losses.ts'
import { at, lost } from '../samples.ts'

type Known = [now: number, span?: Loss['span']]

const lossesOf = (...known: Known[]) => {
  const losses = createLosses()
  for (const [now, span] of known)
    losses.add(at(now), { ...lost('events', 1), ...(span === undefined ? {} : { span }) })
  return losses
}

test.each<[string, Known[], number, boolean]>([
  ['none', [], 5000, false],
  ['a second before', [[4000]], 5000, true],
  ['more than a second before', [[3999.999]], 5000, false],
  ['a second after', [[6000]], 5000, true],
  ['more than a second after', [[6000.001]], 5000, false],
  [
    'within its span',
    [
      [1000, 'begins'],
      [9000, 'ends'],
    ],
    5000,
    true,
  ],
  [
    'long after its span',
    [
      [1000, 'begins'],
      [3000, 'ends'],
    ],
    5000,
    false,
  ],
  ['its span goes on', [[1000, 'begins']], 5000, true],
  [
    'the second of two spans goes on',
    [
      [1000, 'begins'],
      [1500, 'begins'],
      [2000, 'ends'],
    ],
    5000,
    true,
  ],
  [
    'both have ended',
    [
      [1000, 'begins'],
      [1500, 'begins'],
      [2000, 'ends'],
      [2500, 'ends'],
    ],
    5000,
    false,
  ],
  ['the one before the last', [[4500], [9000]], 5000, true],
])('a loss is near: %s', (_, known, ms, expected) => {
  expect(lossesOf(...known).isNear(at(ms))).toBe(expected)
})

test.each<[string, Known[], number | null, number]>([
  ['nothing was lost', [], null, 0],
  ['a loss since', [[1000]], 1000, 1],
  ['a loss before', [[999]], 1000, 0],
  ['any loss, to a connection never seen', [[1]], null, 1],
  [
    'a loss is known when it begins',
    [
      [900, 'begins'],
      [1100, 'ends'],
    ],
    1000,
    0,
  ],
])('the evidence about a connection has a gap: %s', (_, known, since, count) => {
  expect(lossesOf(...known).gapsSince(since === null ? null : at(since))).toHaveLength(count)
})

test('memory is bounded: the oldest losses are forgotten', () => {
  const losses = lossesOf(...Array.from({ length: 65 }, (__, n): Known => [n * 2000]))
  expect([losses.isNear(at(0)), losses.isNear(at(2000))]).toEqual([false, true])
})
