// SPDX-License-Identifier: MIT
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseAddresses } from '../../src/filter/address.ts'
import { describeFilter } from '../../src/filter/describe.ts'
import { ANY, type Filter } from '../../src/filter/filter.ts'
import { matches } from '../../src/filter/match.ts'
import { parsePorts } from '../../src/filter/port.ts'
import { filterOf, isUnfiltered, narrows, readDescription, recordedFilter } from '../../src/filter/recorded.ts'
import { filters, tuplesNear } from './arbitrary.ts'

test('what is recorded is read back', () => {
  fc.assert(
    fc.property(filters, (filter) => {
      const recorded = recordedFilter(filter)
      expect(filterOf(recorded)).toEqual(filter)
      expect(isUnfiltered(recorded)).toBe(describeFilter(filter) === 'any')
      expect(narrows(filter, recorded)).toBe(false)
    }),
  )
})

test('so is what an older schema said in words', () => {
  fc.assert(
    fc.property(filters, (filter) => {
      expect(readDescription(describeFilter(filter))).toEqual(recordedFilter(filter))
    }),
  )
})

/** A filter that was recorded, and one that asks each question as it does, not at all, or in another way. */
const pairs = fc
  .tuple(filters, filters, fc.array(fc.constantFrom('same', 'not', 'other'), { minLength: 10, maxLength: 10 }))
  .map(([recorded, other, how]) => {
    const asked = Object.entries(recorded).filter((_, index) => how[index] === 'same')
    const changed = Object.entries(other).filter((_, index) => how[index] === 'other')
    return { recorded, filter: { ...ANY, ...Object.fromEntries([...asked, ...changed]) } }
  })

test('a filter that does not narrow a recorded one selects all that it selects', () => {
  let compared = 0
  const both = pairs.chain(({ recorded, filter }) => tuplesNear(recorded).map((tuple) => ({ recorded, filter, tuple })))
  fc.assert(
    fc.property(both, ({ recorded, filter, tuple }) => {
      if (narrows(filter, recordedFilter(recorded)) || !matches(recorded, tuple)) return
      compared += 1
      expect(matches(filter, tuple)).toBe(true)
    }),
    { numRuns: 3000, seed: 1 },
  )
  expect(compared).toBeGreaterThan(30)
})

const dport = (text: string) => ({ dport: parsePorts('', text) })
const notDport = (text: string) => ({ notDport: parsePorts('', text) })
const saddr = (text: string) => ({ saddr: parseAddresses('', text) })

test.each<[boolean, Partial<Filter>, Partial<Filter>]>([
  [false, {}, dport('80')],
  [false, dport('80,443'), dport('443,80')],
  [false, dport('80,443'), dport('80')],
  [false, dport('1-100'), dport('80,90-100')],
  [false, dport('80'), { ...dport('80'), ...saddr('192.0.2.1') }],
  [false, saddr('192.0.2.0/24'), saddr('192.0.2.1,192.0.2.128/25')],
  [false, notDport('80'), notDport('22,80-90')],
  [false, { netns: ['all'] }, {}],
  [true, dport('80'), {}],
  [true, dport('80'), dport('80,443')],
  [true, dport('80-90'), dport('80-91')],
  [true, saddr('192.0.2.0/25'), saddr('192.0.2.0/24')],
  [true, saddr('::/0'), saddr('192.0.2.1')],
  [true, notDport('80'), {}],
  [true, notDport('80'), dport('80')],
  [true, { netns: [4026531840] }, { netns: ['all'] }],
])('%s: it narrows, case %#', (expected, filter, recorded) => {
  expect(narrows({ ...ANY, ...filter }, recordedFilter({ ...ANY, ...recorded }))).toBe(expected)
})

test('of words that cannot be read nothing is known', () => {
  expect(narrows(ANY, 'tcp port 80')).toBe(false)
  expect(narrows({ ...ANY, ...dport('80') }, 'tcp port 80')).toBe(true)
  expect(isUnfiltered('tcp port 80')).toBe(false)
})
