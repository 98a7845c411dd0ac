// SPDX-License-Identifier: MIT
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readConntrackLine } from '../../src/host/procNetConntrack.ts'

// As Linux 6.12 printed them.
const DNAT4 =
  'ipv4     2 tcp      6 119 TIME_WAIT src=127.0.0.1 dst=127.0.0.1 sport=33044 dport=32193 src=127.0.0.1 dst=127.0.0.1 sport=80 dport=33044 [ASSURED] mark=0 zone=0 use=2'
const DNAT6 =
  'ipv6     10 tcp      6 431999 ESTABLISHED src=0000:0000:0000:0000:0000:0000:0000:0001 dst=0000:0000:0000:0000:0000:0000:0000:0001 sport=60408 dport=32193 src=0000:0000:0000:0000:0000:0000:0000:0001 dst=0000:0000:0000:0000:0000:0000:0000:0001 sport=80 dport=60408 [ASSURED] mark=0 zone=0 use=2'

const ends = (saddr: string, sport: number, daddr: string, dport: number) => ({ saddr, sport, daddr, dport })

test('a connection that NAT has changed has both tuples', () => {
  expect(readConntrackLine(DNAT4)).toEqual({
    family: 4,
    original: ends('127.0.0.1', 33044, '127.0.0.1', 32193),
    reply: ends('127.0.0.1', 80, '127.0.0.1', 33044),
  })
  expect(readConntrackLine(DNAT6)).toEqual({
    family: 6,
    original: ends('::1', 60408, '::1', 32193),
    reply: ends('::1', 80, '::1', 60408),
  })
})

test.each([
  ['not answered yet', DNAT4.replace(' src=127.0.0.1 dst=127.0.0.1 sport=80', ' [UNREPLIED]$&')],
  ['with counters', DNAT4.replaceAll(/dport=\d+/g, '$& packets=4 bytes=216')],
  ['with a security label', DNAT4.replace('zone', 'secctx=src=9.9.9.9 dst=9.9.9.9 sport=1 dport=2 zone')],
])('a line %s', (_, line) => {
  expect(readConntrackLine(line)).toEqual(readConntrackLine(DNAT4))
})

describe('nothing is read from', () => {
  test.each([
    ['a connection as it is', DNAT4.replace('sport=80', 'sport=32193')],
    ['another protocol', DNAT4.replace('tcp      6', 'udp      17')],
    ['one that only says so', DNAT4.replace('tcp      6', 'sctp     132')],
    ['an empty line', ''],
    ['one tuple', DNAT4.slice(0, DNAT4.indexOf(' src=127.0.0.1 dst=127.0.0.1 sport=80'))],
    ['a line that was cut off', DNAT4.slice(0, DNAT4.indexOf('sport=80') + 3)],
    ['a port that is none', DNAT4.replace('32193', '65536')],
    ['an address that is none', DNAT4.replace('dst=127.0.0.1', 'dst=127.0.0.256')],
    ['two families', DNAT4.replace('src=127.0.0.1', 'src=::1')],
    ['escapes', DNAT4.replaceAll('127.0.0.1', '\u001b[2J')],
  ])('%s', (_, line) => {
    expect(readConntrackLine(line)).toBeUndefined()
  })

  test('any text, nor is anything thrown', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(DNAT4.length), (text, place) => {
        const line = DNAT4.slice(0, place) + text + DNAT4.slice(place)
        const read = readConntrackLine(line)
        for (const { saddr, daddr } of read === undefined ? [] : [read.original, read.reply])
          expect(saddr + daddr).toMatch(/^[\d.a-f:]+$/)
      }),
      { numRuns: 2000 },
    )
  })
})
