// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { markup } from '../../src/report/markup.ts'
import { timeline, type Mark } from '../../src/report/timeline.ts'

const BEGIN = Date.UTC(2026, 10, 25, 19, 0, 0)
const marks = (...seconds: number[]): Mark[] => seconds.map((s) => ({ at: BEGIN + s * 1000, outcome: 'sent' }))
const shown = (given: readonly Mark[]) => markup(timeline(given))
const ticks = (given: readonly Mark[]) => [...shown(given).matchAll(/<span>([^<]*)/g)].map(([, text]) => text)
const bars = (given: readonly Mark[]) =>
  [...shown(given).matchAll(/<g class="bar" data-from="(\d+)" data-to="(\d+)"><title>(\d+)/g)].map(([, ...values]) =>
    values.map(Number),
  )

test('each reset is in one bar, and in the span that the bar names', () => {
  const given = marks(0, 1, 1, 300, 599.999, 600)
  const found = bars(given)
  expect(found.reduce((sum, [, , count = 0]) => sum + count, 0)).toBe(given.length)
  for (const { at } of given) expect(found.filter(([from = 0, to = 0]) => from <= at && at < to)).toHaveLength(1)
})

test('a lone moment stands in the middle of a minute', () => {
  expect(ticks(marks(0))).toEqual(['18:59:30', '18:59:45', '19:00:00', '19:00:15', '19:00:30'])
})

test('the day is told where there are several', () => {
  expect(ticks(marks(0, 200_000))[0]).toBe('11-25 19:00')
  expect(shown(marks(0, 200_000))).toContain('at most 1 in 28 min')
})

test('outcomes are stacked, none without height', () => {
  const many: Mark[] = [...marks(...Array.from({ length: 500 }, () => 1)), { at: BEGIN + 1000, outcome: 'ignored' }]
  const heights = [...shown(many).matchAll(/<rect class="(?:sent|ignored)"[^>]*height="(\d+)"/g)].map(([, height]) =>
    Number(height),
  )
  expect(heights).toEqual([68, 3])
})
