// SPDX-License-Identifier: MIT
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { addressNumber, ANY, parseAddresses, type Filter } from '../../src/filter/filter.ts'
import { matches } from '../../src/filter/match.ts'
import { renderIpv4 } from '../../src/filter/render.ts'
import type { Tuple } from '../../src/flow/tuple.ts'
import { filters, tuples } from './arbitrary.ts'

const TOKEN = /\$(?:saddr|sport|daddr|dport|netns)\b|0x[0-9a-f]+\b|\d+\b|[()]|==|>=|<=|&&?|\|\||\s+/g

// bpftrace's operators are C's, and JavaScript's on BigInt bind alike: what is left is to spell numbers and variables.
const evaluate = (expression: string, variables: Record<string, bigint>): boolean => {
  expect(expression.replaceAll(TOKEN, '')).toBe('')
  const translated = expression.replaceAll(TOKEN, (token) =>
    token.startsWith('$') ? `variables.${token.slice(1)}` : /^\d/.test(token) ? `${token}n` : token,
  )
  // oxlint-disable-next-line typescript/no-implied-eval
  const value: unknown = new Function('variables', `return ${translated}`)(variables)
  return Boolean(value)
}

/** The four bytes of an address as a little-endian machine loads them. */
const loaded = (address: string) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(Number(addressNumber(address)))
  return BigInt(bytes.readUInt32LE())
}

const variables = ({ saddr, sport, daddr, dport, netns }: Tuple) => ({
  saddr: loaded(saddr),
  sport: BigInt(sport),
  daddr: loaded(daddr),
  dport: BigInt(dport),
  netns: BigInt(netns),
})

test('the predicate here and the one for bpftrace agree', () => {
  let matched = 0
  const numRuns = 10_000
  fc.assert(
    fc.property(filters, tuples, (filter, tuple) => {
      const here = matches(filter, tuple)
      matched += Number(here)
      expect(evaluate(renderIpv4(filter), variables(tuple))).toBe(here)
    }),
    { numRuns },
  )
  // Else the property would say little.
  expect(matched).toBeGreaterThan(numRuns / 10)
  expect(matched).toBeLessThan((numRuns * 9) / 10)
})

test.each([
  ['2001:db8::/32', '2001:db8:ffff::1', true],
  ['2001:db8::/33', '2001:db8:ffff::1', false],
  ['2001:db8::1', '2001:DB8:0:0:0:0:0:1', true],
  ['0.0.0.0/0', '2001:db8::1', false],
  ['::/0', '2001:db8::1', true],
  ['192.0.2.1', '::ffff:192.0.2.1', false],
])('IPv6: %s and %s', (prefix, saddr, expected) => {
  const filter: Filter = { ...ANY, saddr: parseAddresses('', prefix) }
  expect(matches(filter, { family: 6, saddr, sport: 1, daddr: '::1', dport: 2, netns: 1 })).toBe(expected)
})
