// SPDX-License-Identifier: MIT
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareTime, isoTime, nanoseconds, nanosecondsBetween, spanText, timeOf } from '../src/time.ts'

const counts = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n })

test('a count of nanoseconds survives being split, and its parts are in bounds', () => {
  fc.assert(
    fc.property(counts, (count) => {
      const { s, ns } = timeOf(count)
      expect(nanoseconds({ s, ns })).toBe(count)
      expect(ns >= 0 && ns < 1e9 && Number.isSafeInteger(s)).toBe(true)
    }),
  )
})

test('times compare as their counts do', () => {
  fc.assert(
    fc.property(counts, counts, (a, b) => {
      expect(Math.sign(compareTime(timeOf(a), timeOf(b)))).toBe(a < b ? -1 : Number(a > b))
    }),
  )
})

test('differences are exact up to 104 days', () => {
  const span = fc.bigInt({ min: -(2n ** 53n) + 1n, max: 2n ** 53n - 1n })
  fc.assert(
    fc.property(counts, span, (a, difference) => {
      expect(nanosecondsBetween(timeOf(a + difference), timeOf(a))).toBe(Number(difference))
    }),
  )
})

test.each([
  [{ s: 0, ns: 0 }, { s: 0, ns: 0 }, '1970-01-01T00:00:00.000000000Z'],
  [{ s: 1, ns: 999_999_999 }, { s: 0, ns: 1 }, '1970-01-01T00:00:02.000000000Z'],
  [{ s: 148, ns: 5 }, { s: 1_795_345_192, ns: 558_928_050 }, '2026-11-22T11:02:20.558928055Z'],
])('%j after a boot at %j is %s', (moment, boot, text) => {
  expect(isoTime(moment, boot)).toBe(text)
})

test.each([
  [0, '0 ns'],
  [1, '1 ns'],
  [999, '999 ns'],
  [1000, '1 us'],
  [1_500_000, '1.5 ms'],
  [12_345_678_901, '12.3 s'],
  [-850, '-850 ns'],
  [3_600e9, '3600 s'],
  [999_999, '1 ms'],
])('%d ns is %s', (ns, text) => {
  expect(spanText(ns)).toBe(text)
})
