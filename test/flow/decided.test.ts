// SPDX-License-Identifier: MIT
// A virtual machine may stand still between two events that belong together: seen in the lab, 163 ms between the attempt to
// answer and its way to IP.
import { expect, test } from 'vitest'
import { at, owner, packet, reply, reset, RST, segment, socket, start, state, SYN, tick } from '../samples.ts'
import { cases } from './cases.ts'

const attempt = reset({ fn: 'tcp_v4_send_reset', segment: segment({ flags: SYN }), socket: null })

test('an attempt becomes a RST that goes to IP 163 ms later', () => {
  expect(cases(attempt, tick(1162), reply({ at: at(1163.4) }))).toMatchObject([{ replied: at(1163.4) }])
})

test('an attempt that does not in a second is none', () => {
  expect(cases(attempt, tick(2001), reply({ at: at(2001.1) }))).toEqual([])
})

test('a RST that its socket obeys 163 ms after it came in is one reset', () => {
  const rst = segment({ flags: RST, seq: 7 })
  const found = cases(
    start({ probes: ['tcp_v4_rcv', 'kfree_skb'] }),
    packet({ segment: rst, first: false, socket: socket() }),
    tick(1162),
    reset({ at: at(1163.4), segment: rst }),
  )
  expect(found.map(({ reset: { fn } }) => fn)).toEqual(['tcp_reset'])
})

const closedByTimer = reset({ fn: 'tcp_send_active_reset', segment: null, socket: socket({ state: 'CLOSE' }) })

test('who accepted it is known, though the buffer that says so comes after all that followed', () => {
  const found = cases(state(), closedByTimer, owner({ at: at(500) }), tick(1100))
  expect(found).toMatchObject([{ owner: { how: 'socket', pid: 812 } }])
})

test('another socket of the same ports, accepted later, is not that', () => {
  expect(cases(state(), closedByTimer, owner({ at: at(1001) }))).toMatchObject([{ owner: null }])
  expect(cases(state(), closedByTimer, owner({ at: at(500), sk: 'ffff9999' }))).toMatchObject([{ owner: null }])
})
