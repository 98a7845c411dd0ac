// SPDX-License-Identifier: MIT
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { tellNat, wordsOf } from '../../src/host/tellNat.ts'
import { ANY } from '../../src/filter/filter.ts'
import { tuplesNear } from '../filter/arbitrary.ts'
import { loaded } from '../filter/loaded.ts'
import { TUPLE } from '../samples.ts'

const half = (low: number, high: number) => (BigInt(high) << 32n) | BigInt(low)

test('the words are those of the key that the program puts together', () => {
  fc.assert(
    fc.property(tuplesNear(ANY), (tuple) => {
      const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, ports] = wordsOf(tuple)
      const { family, saddr, daddr, sport, dport } = tuple
      expect([half(a, b), half(c, d)]).toEqual(loaded(family, saddr))
      expect([half(e, f), half(g, h)]).toEqual(loaded(family, daddr))
      expect(ports).toBe(sport * 65536 + dport)
    }),
  )
})

test('it is told without a word of the system', () => {
  expect(() => tellNat([TUPLE, { ...TUPLE, family: 6, saddr: 'ffff::1', daddr: '::', sport: 65535 }])).not.toThrow()
})
