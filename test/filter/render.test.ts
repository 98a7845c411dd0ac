// SPDX-License-Identifier: MIT
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseAddresses } from '../../src/filter/address.ts'
import { describeFilter } from '../../src/filter/describe.ts'
import { ANY, type Filter } from '../../src/filter/filter.ts'
import { parseNetns } from '../../src/filter/netns.ts'
import { parsePorts } from '../../src/filter/port.ts'
import { renderFilter } from '../../src/filter/render.ts'
import { filters } from './arbitrary.ts'

const ports = (text: string) => parsePorts('', text)
const addresses = (text: string) => parseAddresses('', text)

test.each<[Partial<Filter>, string]>([
  [{}, '1'],
  [{ dport: ports('80') }, '$dport == 80'],
  [{ dport: ports('80,8000-8100') }, '($dport == 80 || ($dport >= 8000 && $dport <= 8100))'],
  [{ notDport: ports('80,8000-8100') }, '($dport != 80 && ($dport < 8000 || $dport > 8100))'],
  [{ saddr: addresses('192.0.2.7') }, '($family == 4 && $s0 == 0x070200c0)'],
  [{ saddr: addresses('192.0.2.7/20') }, '($family == 4 && ($s0 & 0x00f0ffff) == 0x000000c0)'],
  [{ notSaddr: addresses('192.0.2.7') }, '($family != 4 || $s0 != 0x070200c0)'],
  [{ saddr: addresses('0.0.0.0/0') }, '$family == 4'],
  [{ notSaddr: addresses('::/0,2001:db8::1') }, '$family != 6'],
  [{ saddr: addresses('192.0.2.7,192.0.2.8') }, '($family == 4 && ($s0 == 0x070200c0 || $s0 == 0x080200c0))'],
  [{ daddr: addresses('2001:db8::/32') }, '($family == 6 && ($d0 & 0xffffffff) == 0xb80d0120)'],
  [
    { daddr: addresses('2001:db8::/33') },
    '($family == 6 && (($d0 & 0xffffffff) == 0xb80d0120 && (($d0 >> 32) & 0x00000080) == 0x00000000))',
  ],
  [
    { notDaddr: addresses('2001:db8::1/33') },
    '($family != 6 || (($d0 & 0xffffffff) != 0xb80d0120 || (($d0 >> 32) & 0x00000080) != 0x00000000))',
  ],
  [
    { saddr: addresses('2001:db8::1') },
    '($family == 6 && (($s0 & 0xffffffff) == 0xb80d0120 && (($s0 >> 32) & 0xffffffff) == 0x00000000 && ' +
      '($s1 & 0xffffffff) == 0x00000000 && (($s1 >> 32) & 0xffffffff) == 0x01000000))',
  ],
  [
    { saddr: addresses('192.0.2.7,2001:db8::/32') },
    '(($family == 4 && $s0 == 0x070200c0) || ($family == 6 && ($s0 & 0xffffffff) == 0xb80d0120))',
  ],
  [
    { notSaddr: addresses('192.0.2.7,2001:db8::/32') },
    '(($family != 4 || $s0 != 0x070200c0) && ($family != 6 || ($s0 & 0xffffffff) != 0xb80d0120))',
  ],
  [
    { netns: [4026531840], notNetns: [4026531833], sport: ports('1'), notSport: ports('2') },
    '$sport == 1 && $sport != 2 && $netns == 4026531840 && $netns != 4026531833',
  ],
  [{ netns: [4026531840, 'all'] }, '($netns == 4026531840 || 1 == 1)'],
])('%o', (filter, expression) => {
  expect(renderFilter({ ...ANY, ...filter }).all).toBe(expression === '1' ? '1' : `(${expression})`)
})

test('its parts, of which the cheaper is asked first', () => {
  const filter = { ...ANY, saddr: addresses('192.0.2.7'), sport: ports('1'), dport: ports('80'), netns: [1] }
  expect(renderFilter(filter)).toEqual({
    ports: '($dport == 80 && $sport == 1)',
    addresses: '(($family == 4 && $s0 == 0x070200c0))',
    netns: '($netns == 1)',
    peer: '($sport == 1 && ($family == 4 && $s0 == 0x070200c0))',
    all: '($dport == 80 && $sport == 1 && ($family == 4 && $s0 == 0x070200c0) && $netns == 1)',
  })
  expect(renderFilter(ANY)).toEqual({ ports: '1', addresses: '1', netns: '1', peer: '1', all: '1' })
})

test('no filter is described as any', () => expect(describeFilter(ANY)).toBe('any'))

const netns = (option: string, part: string) => parseNetns(option, part, () => ({ tried: 'nothing' }))

const parse = (text: string): Filter => {
  const values = new Map(
    (text === 'any' ? [] : text.split(' '))
      .map((part) => part.split('='))
      .map(([name = '', list = '']) => [name, list]),
  )
  const list = <T>(name: string, read: (option: string, text: string) => T[]) =>
    values.has(name) ? read(name, values.get(name) ?? '') : []
  return {
    saddr: list('saddr', parseAddresses),
    sport: list('sport', parsePorts),
    daddr: list('daddr', parseAddresses),
    dport: list('dport', parsePorts),
    netns: list('netns', netns),
    notSaddr: list('not-saddr', parseAddresses),
    notSport: list('not-sport', parsePorts),
    notDaddr: list('not-daddr', parseAddresses),
    notDport: list('not-dport', parsePorts),
    notNetns: list('not-netns', netns),
  }
}

test('what describes a filter is that filter on the command line', () => {
  fc.assert(
    fc.property(filters, (filter) => {
      expect(parse(describeFilter(filter))).toEqual(filter)
    }),
  )
})
