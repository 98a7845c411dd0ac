// SPDX-License-Identifier: MIT
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { agoOf, type Clocks } from '../../src/live/ago.ts'

/** A socket of a host that runs for 400 s at 250 Hz: it sent 2 s ago, data came 40 s ago and an ACK 35 s ago. */
const clocks = (over: Partial<Clocks> = {}): Clocks => ({
  sentAgo: 2e9,
  clockMs: 400e3,
  heard: [60 * 250, 65 * 250],
  delackMax: 50,
  ...over,
})

test.each<[string, Partial<Clocks>, ReturnType<typeof agoOf>]>([
  ['both', {}, { sent_ago: 2e9, heard_ago: 35e9 }],
  ['of 1000 Hz', { delackMax: 200, heard: [60_000, 0] }, { sent_ago: 2e9, heard_ago: 40e9 }],
  [
    'before jiffies are 0',
    { clockMs: 100e3, sentAgo: 1e9, heard: [2 ** 32 - 210 * 250] },
    { sent_ago: 1e9, heard_ago: 10e9 },
  ],
  ['to be sent in a moment', { sentAgo: -1 }, { sent_ago: 0, heard_ago: 35e9 }],
  ['heard a moment later', { heard: [101 * 250] }, { sent_ago: 2e9, heard_ago: 0 }],
  ['heard in times to come', { heard: [106 * 250] }, { sent_ago: 2e9 }],
  ['nothing ever heard', { heard: [0, 0] }, { sent_ago: 2e9 }],
  ['nothing ever sent', { sentAgo: 400_000_999_999 }, { heard_ago: 35e9 }],
  ['a frequency that no kernel has', { delackMax: 25 }, { sent_ago: 2e9 }],
  ['no clock', { clockMs: 0 }, {}],
])('how long ago: %s', (_, over, expected) => expect(agoOf(clocks(over))).toEqual(expected))

test('however long a host runs, what was heard is as old as it is', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4e7 }),
      fc.constantFrom(100, 250, 300, 1000),
      fc.integer({ min: 0, max: 1e5 }),
      (uptime, hz, ago) => {
        const heard = ((uptime - 300 - ago) * hz) >>> 0
        fc.pre(heard !== 0)
        const told = agoOf(clocks({ clockMs: uptime * 1e3, heard: [heard], delackMax: hz / 5 }))
        expect(told.heard_ago).toBeCloseTo(ago * 1e9, -9)
      },
    ),
  )
})
