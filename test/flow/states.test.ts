// SPDX-License-Identifier: MIT
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { flagNames, sequenceDistance, stateName } from '../../src/flow/states.ts'

test.each([
  [1, 'ESTABLISHED'],
  [7, 'CLOSE'],
  [12, 'NEW_SYN_RECV'],
  [13, 'BOUND_INACTIVE'],
  [14, 'STATE_14'],
])('state %d is %s', (number, name) => expect(stateName(number)).toBe(name))

test.each([
  [0, 'none'],
  [2, 'SYN'],
  [20, 'RST ACK'],
  [24, 'PSH ACK'],
  [0xc0, 'none'],
])('flags %d are %s', (flags, names) => expect(flagNames(flags)).toBe(names))

test('a distance between sequence numbers survives their wrap', () => {
  const number = fc.integer({ min: 0, max: 2 ** 32 - 1 })
  const distance = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
  fc.assert(
    fc.property(number, distance, (from, by) => {
      expect(sequenceDistance((from + by) >>> 0, from)).toBe(by)
    }),
  )
})
