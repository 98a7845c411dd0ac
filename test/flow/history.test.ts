// SPDX-License-Identifier: MIT
// What a reset asks the kernel side for is told with it, at the times that it happened: after events that are younger.
import { expect, test } from 'vitest'
import { at, lost, owner, packet, RST_ACK, segment, socket, start, state, stop, task, tick, TUPLE } from '../samples.ts'
import { active, cases, only, replied } from './cases.ts'

const DATA = segment({ seq: 1000, length: 5 })
const made = state({ at: at(100), from: 'SYN_RECV', to: 'ESTABLISHED', task: task({ pid: 0, comm: '' }) })
const accepted = owner({ at: at(100), task: task({ pid: 7 }) })
const shut = state({ at: at(500), from: 'ESTABLISHED', to: 'FIN_WAIT1', task: task({ pid: 8 }) })
const closed = state({ at: at(600), from: 'FIN_WAIT2', to: 'CLOSE' })
const other = { ...TUPLE, sport: 1 }

test('the state and the owner until close(), told between two resets of others', () => {
  const younger = packet({ at: at(990), tuple: other, segment: segment({ flags: RST_ACK }) })
  const aborted = active({ socket: socket({ state: 'CLOSE' }), task: null, stack: ['tcp_send_active_reset'] })
  const one = only(start(), younger, made, accepted, state({ at: at(999) }), aborted)
  expect(one.stateBefore).toBe('ESTABLISHED')
  expect(one.owner?.pid).toBe(7)
})

test('how a connection had ended, with the segment that is answered because of that', () => {
  const { past } = only(start(), made, accepted, shut, closed, ...replied({ segment: DATA }))
  expect(past.ending).toMatchObject({ closed, shut, owner: { pid: 7 } })
})

test('time does not go back for what is told late: a loss is as young as what came before it', () => {
  const opened = packet({ at: at(5000), tuple: other, segment: segment({ flags: RST_ACK }) })
  const [reset] = cases(start(), opened, made, lost('events', 1), ...replied({ at: at(5001), segment: DATA }), stop())
  expect(reset?.gaps).not.toEqual([])
})

test('the beginning of a trace may be dated later than its events', () => {
  expect(only(start({ at: at(90_000) }), ...replied({ at: at(5001), segment: DATA })).replied).not.toBeNull()
})

test.each([
  ['a handshake', { from: 'SYN_RECV', to: 'ESTABLISHED' }],
  ['connect()', { from: 'CLOSE', to: 'SYN_SENT' }],
])('what came before a connection begins by %s is of another one', (_, change) => {
  const again = state({ at: at(700), sk: 'ffff8002', ...change })
  const { past } = only(start(), made, shut, closed, again, ...replied({ segment: DATA }))
  expect(past.ending).toBe(null)
})

test.each([
  ['by its address in memory', accepted],
  ['by its 5-tuple, from /proc', owner({ at: at(1), sk: null, fn: 'proc', task: task({ pid: 7 }) })],
])('a socket that a handshake has just made is not known %s', (_, known) => {
  const elsewhere = known.sk === null ? known : { ...known, tuple: other }
  const ours = socket({ state: 'ESTABLISHED' })
  const aborted = active({ socket: ours, task: null, stack: ['tcp_send_active_reset'] })
  expect(only(start(), elsewhere, { ...made, at: at(200) }, aborted).owner).toBe(null)
  expect(only(start(), elsewhere, { ...made, at: at(200) }, { ...accepted, at: at(200) }, aborted).owner?.pid).toBe(7)
})

test('what is known since after a loss has lost nothing, and a SYN belongs to nothing before it', () => {
  const early = [start({ probes: ['ip_send_unicast_reply'] }), tick(50), lost('events', 1), tick(99)]
  expect(only(...early, made, ...replied({ segment: DATA })).gaps).toEqual([])
  expect(only(...early, ...replied()).gaps).toEqual([])
  expect(only(...early, ...replied({ segment: DATA })).gaps).not.toEqual([])
})
