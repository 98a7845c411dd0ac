// SPDX-License-Identifier: MIT
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseAddresses } from '../../src/filter/address.ts'
import { ANY, type Filter } from '../../src/filter/filter.ts'
import { matches, matchesByAny } from '../../src/filter/match.ts'
import { endsOf } from '../../src/flow/translations.ts'
import { renderFilter, renderTranslated } from '../../src/filter/render.ts'
import type { Tuple } from '../../src/flow/tuple.ts'
import { filters, tuplesNear } from './arbitrary.ts'
import { loaded } from './loaded.ts'
import { evaluate } from './predicate.ts'

const pairs = filters.chain((filter) => fc.tuple(fc.constant(filter), tuplesNear(filter)))

test('the predicate here and the one for bpftrace agree', () => {
  const seen = { 4: { true: 0, false: 0 }, 6: { true: 0, false: 0 } }
  const numRuns = 10_000
  fc.assert(
    fc.property(pairs, ([filter, tuple]) => {
      const here = matches(filter, tuple)
      seen[tuple.family][`${here}`] += 1
      expect(evaluate(renderFilter(filter).all, tuple)).toBe(here)
    }),
    { numRuns },
  )
  // Else the property would say little.
  for (const count of [seen[4].true, seen[4].false, seen[6].true, seen[6].false])
    expect(count).toBeGreaterThan(numRuns / 50)
})

test('the parts of the predicate, asked one after the other, are the whole; the peer alone asks no more', () => {
  fc.assert(
    fc.property(pairs, ([filter, tuple]) => {
      const { ports, addresses, netns, peer, all } = renderFilter(filter)
      const whole = evaluate(all, tuple)
      expect([ports, addresses, netns].every((part) => evaluate(part, tuple))).toBe(whole)
      const { saddr, sport, notSaddr, notSport } = filter
      expect(evaluate(peer, tuple)).toBe(matches({ ...ANY, saddr, sport, notSaddr, notSport }, tuple))
      expect(!whole || evaluate(peer, tuple)).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

test('what is asked for by one option alone, its opposite excludes', () => {
  const OPTIONS = ['saddr', 'sport', 'daddr', 'dport', 'netns'] as const
  fc.assert(
    fc.property(pairs, fc.constantFrom(...OPTIONS), ([filter, tuple], name) => {
      fc.pre(filter[name].length > 0)
      const opposite = `not${name.charAt(0).toUpperCase()}${name.slice(1)}`
      const wanted = matches({ ...ANY, [name]: filter[name] }, tuple)
      const unwanted = { ...ANY, [opposite]: filter[name] }
      expect(matches(unwanted, tuple)).toBe(!wanted)
      expect(evaluate(renderFilter(unwanted).all, tuple)).toBe(!wanted)
    }),
    { numRuns: 2000 },
  )
})

test('the interpreter loads addresses as a little-endian machine does', () => {
  expect(loaded(4, '192.0.2.7')).toEqual([0x070200c0n, 0n])
  expect(loaded(6, '2001:db8::1')).toEqual([0xb80d0120n, 0x0100000000000000n])
})

test.each([
  ['2001:db8::/32', '2001:db8:ffff::1', true],
  ['2001:db8::/33', '2001:db8:ffff::1', false],
  ['2001:db8::/65', '2001:db8::7fff:0:0:1', true],
  ['2001:db8::/65', '2001:db8::8000:0:0:1', false],
  ['2001:db8::1', '2001:DB8:0:0:0:0:0:1', true],
  ['0.0.0.0/0', '2001:db8::1', false],
  ['::/0', '2001:db8::1', true],
  ['192.0.2.1', '2001:db8::1', false],
])('IPv6: %s and %s', (prefix, saddr, expected) => {
  const tuple: Tuple = { family: 6, saddr, sport: 1, daddr: '::1', dport: 2, netns: 1 }
  const wanted: Filter = { ...ANY, saddr: parseAddresses('', prefix) }
  const unwanted: Filter = { ...ANY, notSaddr: parseAddresses('', prefix) }
  expect([matches(wanted, tuple), matches(unwanted, tuple)]).toEqual([expected, !expected])
  expect([evaluate(renderFilter(wanted).all, tuple), evaluate(renderFilter(unwanted).all, tuple)]).toEqual([
    expected,
    !expected,
  ])
})

/** A filter, and both tuples of a connection that it selects or nearly does, of one family. */
const translated = filters.chain((filter) =>
  fc
    .tuple(fc.constant(filter), tuplesNear(filter), tuplesNear(filter))
    .filter(([, tuple, reply]) => tuple.family === reply.family),
)
const WITHOUT_NOT = { notSaddr: [], notSport: [], notDaddr: [], notDport: [], notNetns: [] }

test('a filter selects a connection with one tuple as ever, and twice the same tuple is one', () => {
  fc.assert(
    fc.property(pairs, ([filter, tuple]) => {
      expect(matchesByAny(filter, tuple, [])).toBe(matches(filter, tuple))
      expect(matchesByAny(filter, tuple, [tuple])).toBe(matches(filter, tuple))
    }),
    { numRuns: 2000 },
  )
})

test('what is asked for, either tuple may have; what is excluded, neither', () => {
  let seen = 0
  fc.assert(
    fc.property(translated, ([filter, tuple, other]) => {
      const wanted: Filter = { ...filter, ...WITHOUT_NOT, netns: [] }
      const either = matches(wanted, tuple) || matches(wanted, other)
      seen += Number(either)
      expect(matchesByAny(wanted, tuple, [other]) || !either).toBe(true)
      const unwanted: Filter = { ...filter, saddr: [], sport: [], daddr: [], dport: [], netns: [], notNetns: [] }
      expect(matchesByAny(unwanted, tuple, [other])).toBe(matches(unwanted, tuple) && matches(unwanted, other))
    }),
    { numRuns: 2000 },
  )
  expect(seen).toBeGreaterThan(100)
})

test('the kernel tells of NAT for every end that the filter selects, and without exclusions for no other', () => {
  const seen = { true: 0, false: 0 }
  fc.assert(
    fc.property(translated, ([filter, original, reply]) => {
      const anywhere: Filter = { ...filter, netns: [], notNetns: [] }
      const rendered = renderTranslated(anywhere)
      const [server, client] = endsOf({ tuple: original, reply })
      for (const [side, { tuple, other }] of [
        ['server', server],
        ['client', client],
      ] as const) {
        const here = matchesByAny(anywhere, tuple, [other])
        const there = evaluate(rendered[side], original, reply)
        seen[`${here}`] += 1
        expect(there || !here).toBe(true)
        const wanted: Filter = { ...anywhere, ...WITHOUT_NOT }
        const [one, two] = [renderTranslated(wanted)[side], matchesByAny(wanted, tuple, [other])]
        expect(evaluate(one, original, reply)).toBe(two)
      }
    }),
    { numRuns: 500 },
  )
  expect(seen.true).toBeGreaterThan(20)
  expect(seen.false).toBeGreaterThan(20)
})
