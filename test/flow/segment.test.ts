// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { isRst, isSyn, sameSegment } from '../../src/flow/segment.ts'
import type { Segment } from '../../src/observation.ts'
import { ACK, RST, RST_ACK, segment, SYN } from '../samples.ts'

test.each<[string, Segment | null, Segment | null, boolean]>([
  ['address and number', segment(), segment({ flags: RST, length: 5 }), true],
  ['another address', segment(), segment({ skb: 'b' }), false],
  ['another number in the same memory', segment(), segment({ seq: 7 }), false],
  ['one is not known', segment(), null, false],
  ['neither is known', null, null, false],
])('the same segment: %s', (_, one, other, expected) => {
  expect([sameSegment(one, other), sameSegment(other, one)]).toEqual([expected, expected])
})

test.each<[number, boolean, boolean]>([
  [RST, true, false],
  [RST_ACK, true, false],
  [SYN, false, true],
  [SYN | ACK, false, false],
  [ACK, false, false],
])('flags %d', (flags, rst, syn) => {
  expect([isRst(segment({ flags })), isSyn(segment({ flags }))]).toEqual([rst, syn])
})

test('a segment that is not known is no RST', () => {
  expect(isRst(null)).toBe(false)
})
