// SPDX-License-Identifier: MIT
import { readFileSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ANY } from '../../src/filter/filter.ts'
import { readClock } from '../../src/host/clock.ts'
import { readCounters, readSnmp } from '../../src/host/counters.ts'

// As Linux 6.1 writes it, between lines of other protocols.
const SNMP = `Ip: Forwarding DefaultTTL InReceives
Ip: 1 64 120
Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors
Tcp: 1 200 120000 -1 9 7 3 2 1 100 90 4 0 5 0
Udp: InDatagrams NoPorts
Udp: 1 2
`

test('the counters of resets, by their names', () => {
  expect(readSnmp(SNMP)).toEqual({ OutRsts: 5, EstabResets: 2, AttemptFails: 3, InSegs: 100 })
})

test.each<[string, string, object]>([
  ['nothing', '', {}],
  ['no values', 'Tcp: OutRsts\n', {}],
  ['fewer values than names', 'Tcp: OutRsts InSegs\nTcp: 5\n', { OutRsts: 5 }],
  ['a value that is none', 'Tcp: OutRsts InSegs\nTcp: x 7\n', { InSegs: 7 }],
  ['a value below zero', 'Tcp: OutRsts\nTcp: -1\n', {}],
  ['a value that JSON does not keep', 'Tcp: OutRsts\nTcp: 18446744073709551615\n', {}],
  ['other protocols', 'Ip: OutRsts\nIp: 5\n', {}],
])('of %s', (_, text, expected) => {
  expect(readSnmp(text)).toEqual(expected)
})

test('this kernel has all of them', () => {
  expect(Object.keys(readSnmp(readFileSync('/proc/self/net/snmp', 'latin1'))).toSorted()).toEqual([
    'AttemptFails',
    'EstabResets',
    'InSegs',
    'OutRsts',
  ])
})

test('of the network namespace that we are in, read without another process', async () => {
  const here = statSync('/proc/self/ns/net').ino
  const found = await readCounters(ANY, readClock(), false)
  expect(found.find(({ netns }) => netns === here)?.values).toHaveProperty('OutRsts')
})
