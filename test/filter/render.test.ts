// SPDX-License-Identifier: MIT
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ANY, parseAddresses, parseNetns, parsePorts, type Filter } from '../../src/filter/filter.ts'
import { describeFilter, renderIpv4 } from '../../src/filter/render.ts'
import { filters } from './arbitrary.ts'

test.each([
  [ANY, '1'],
  [{ ...ANY, dport: parsePorts('', '80,8000-8100') }, '($dport == 80 || ($dport >= 8000 && $dport <= 8100))'],
  [{ ...ANY, saddr: parseAddresses('', '192.0.2.7') }, '($saddr == 0x070200c0)'],
  [{ ...ANY, saddr: parseAddresses('', '192.0.2.7/20') }, '(($saddr & 0x00f0ffff) == 0x000000c0)'],
  [{ ...ANY, saddr: parseAddresses('', '0.0.0.0/0') }, '(($saddr & 0x00000000) == 0x00000000)'],
  [{ ...ANY, daddr: parseAddresses('', '2001:db8::1') }, '(0 == 1)'],
  [{ ...ANY, netns: [5], sport: [{ first: 1, last: 1 }] }, '($sport == 1) && ($netns == 5)'],
] as [Filter, string][])('%o', (filter, expression) => {
  expect(renderIpv4(filter)).toBe(expression)
})

test('no filter is described as any', () => expect(describeFilter(ANY)).toBe('any'))

const parse = (text: string): Filter => {
  const parts = new Map(
    text === 'any'
      ? []
      : text
          .split(' ')
          .map((part) => part.split('='))
          .map(([name = '', values = '']) => [name, values] as const),
  )
  const list = <T>(name: string, read: (option: string, text: string) => T[]) =>
    parts.has(name) ? read(name, parts.get(name) ?? '') : []
  return {
    saddr: list('saddr', parseAddresses),
    sport: list('sport', parsePorts),
    daddr: list('daddr', parseAddresses),
    dport: list('dport', parsePorts),
    netns: list('netns', parseNetns),
  }
}

test('what describes a filter is that filter on the command line', () => {
  fc.assert(
    fc.property(filters, (filter) => {
      expect(parse(describeFilter(filter))).toEqual(filter)
    }),
  )
})
