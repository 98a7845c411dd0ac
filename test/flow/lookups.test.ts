// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { createLookups } from '../../src/flow/lookups.ts'
import { at, lookup, reset, TUPLE } from '../samples.ts'

const joined = () => createLookups<string>()

test('a look-up that comes after its case is taken by it, once', () => {
  const lookups = joined()
  lookups.expect(reset(), 'one')
  expect([lookups.come(lookup()), lookups.come(lookup())]).toEqual(['one', undefined])
})

test('a look-up that comes before its case is kept for it, once', () => {
  const lookups = joined()
  const early = lookup()
  expect(lookups.come(early)).toBe(undefined)
  expect([lookups.take(reset()), lookups.take(reset())]).toEqual([early, null])
})

test.each([
  ['moment', reset({ at: at(1001) })],
  ['connection', reset({ tuple: { ...TUPLE, netns: 1 } })],
])('a look-up for another %s is not taken', (_, other) => {
  const lookups = joined()
  lookups.expect(other, 'other')
  expect([lookups.come(lookup()), lookups.take(other)]).toEqual([undefined, null])
})

test('a case that waits no longer takes none; the younger case for the same event still does', () => {
  const lookups = joined()
  lookups.expect(reset(), 'older')
  lookups.expect(reset(), 'younger')
  lookups.forget(reset(), 'older')
  expect(lookups.come(lookup())).toBe('younger')
  lookups.expect(reset(), 'one')
  lookups.forget(reset(), 'one')
  expect(lookups.come(lookup())).toBe(undefined)
})
