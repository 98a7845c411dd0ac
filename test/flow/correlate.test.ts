// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { correlate } from '../../src/flow/correlate.ts'
import type { Observation } from '../../src/observation.ts'
import {
  at,
  lookup,
  lost,
  owner,
  packet,
  reply,
  reset,
  RST_ACK,
  segment,
  socket,
  start,
  state,
  stop,
  tick,
  TUPLE,
} from '../samples.ts'
import { active, replying, cases, replied, only } from './cases.ts'

const WITH = start({ ehash: 'module' })

test('an obeyed RST is received, and every other is sent', () => {
  expect(only(reset()).outcome).toBe('received')
  expect(only(active()).outcome).toBe('sent')
  expect(only(...replied()).outcome).toBe('sent')
})

test('events that are no reset open no case', () => {
  expect(cases(start(), packet(), state(), owner(), lookup(), reply(), tick(2000), lost('events', 1), stop())).toEqual(
    [],
  )
})

test('tcp_reset for a segment without RST opens no case', () => {
  expect(cases(reset({ segment: segment() }), stop())).toEqual([])
  expect(cases(reset({ segment: null, socket: socket({ state: 'FIN_WAIT2' }) }), stop())).toEqual([])
})

test('tcp_reset without RST belongs to the RST that answers the same segment', () => {
  const mine = segment({ skb: 'ffff0001' })
  const trap = reset({ segment: segment() })
  expect(only(trap, ...replied({ segment: mine })).withoutRst).toBe(trap)
  expect(only(reset({ segment: segment({ skb: 'b' }) }), ...replied({ segment: mine })).withoutRst).toBe(null)
  expect(only(trap, active()).withoutRst).toBe(null)
  expect(only(trap, ...replied({ segment: mine, tuple: { ...TUPLE, sport: 1 } })).withoutRst).toBe(null)
})

const noSegment = (over: Parameters<typeof socket>[0] = {}, ms = 1000) =>
  reset({ at: at(ms), segment: null, socket: socket({ state: 'FIN_WAIT2', ...over }) })
const answerAt = (ms: number, sk = 'ffff8001') => [
  replying({ at: at(ms), segment: segment({ length: 5 }), socket: socket({ sk, state: 'CLOSE' }) }),
  reply({ at: at(ms) }),
]

test.each<[string, Observation, Observation[], boolean]>([
  ['the same socket', noSegment(), answerAt(1000.01), true],
  ['another socket', noSegment({ sk: 'ffff9' }), answerAt(1000.01), false],
  ['long before', noSegment({}, 900), answerAt(1000), false],
  ['no socket', noSegment(), replied(), false],
])('tcp_reset without its segment belongs to the answer by its socket: %s', (_, trapped, events, is) => {
  expect(only(trapped, ...events).withoutRst).toBe(is ? trapped : null)
})

test('tcp_reset on a kernel that passes it no segment belongs to no active reset', () => {
  const trap = reset({ segment: null, socket: socket({ state: 'FIN_WAIT2' }) })
  expect(only(trap, active()).withoutRst).toBe(null)
})

test('an answer is taken by its reset', () => {
  const answer = lookup()
  expect(only(WITH, reset(), answer).after).toBe(answer)
})

test('an answer that overtook its reset is taken by it', () => {
  const answer = lookup()
  expect(only(WITH, answer, reset()).after).toBe(answer)
})

test('an answer about the first segment is what was before', () => {
  const first = lookup({ found: 'listener' }, { why: 'first' })
  expect(only(WITH, first, packet(), reset())).toMatchObject({ before: first, after: null })
})

test.each([
  ['another moment', lookup(undefined, { event: at(1000.000001) })],
  ['another connection', lookup(undefined, { tuple: { ...TUPLE, netns: 1 } })],
])('an answer about %s is not taken', (_, answer) => {
  expect(only(WITH, reset(), answer).after).toBe(null)
  expect(only(WITH, answer, reset()).after).toBe(null)
})

test('two resets of one connection are two cases, each with its own answer', () => {
  const [one, two] = [lookup({ found: 'established' }), lookup({ found: 'none' }, { event: at(1001) })]
  const given = cases(WITH, reset(), reset({ at: at(1001) }), two, one, stop())
  expect(given.map(({ after }) => after)).toEqual([one, two])
})

test('the RST on its way belongs to the answer for the same segment', () => {
  const going = [reply({ at: at(1000.02) }), reply({ skb: 'other', at: at(1000.01) })]
  expect(only(replying(), ...going).replied).toEqual(at(1000.02))
})

test('an answer without a RST on its way was an attempt, and is no reset', () => {
  expect(cases(replying(), stop())).toEqual([])
  expect(cases(replying(), reply({ skb: 'other' }), stop())).toEqual([])
})

test('but it may have been one where events were lost', () => {
  expect(cases(replying(), lost('events', 1), stop())).toHaveLength(1)
  expect(cases(replying())).toHaveLength(1)
})

test('of two answers for segments in the same memory, each has the RST that follows it', () => {
  const given = cases(
    replying(),
    reply({ at: at(1000.02) }),
    replying({ at: at(1001) }),
    reply({ at: at(1001.02) }),
    stop(),
  )
  expect(given.map(({ replied }) => replied)).toEqual([at(1000.02), at(1001.02)])
})

test.each([
  ['as the reset saw it', [], socket({ state: 'CLOSE_WAIT' }), 'CLOSE_WAIT'],
  ['before CLOSE', [state({ from: 'FIN_WAIT2' })], socket({ state: 'CLOSE' }), 'FIN_WAIT2'],
  ['before another change', [state({ to: 'CLOSE_WAIT' })], socket({ state: 'CLOSE' }), null],
  ['of another socket', [state({ sk: 'ffff9' })], socket({ state: 'CLOSE' }), null],
  ['of another connection', [state({ tuple: { ...TUPLE, sport: 1 } })], socket({ state: 'CLOSE' }), null],
  ['not seen', [], socket({ state: 'CLOSE' }), null],
  ['without a socket', [state()], null, null],
])('the state before: %s', (_, before, on, expected) => {
  expect(only(...before, reset({ socket: on })).stateBefore).toBe(expected)
})

test('the interface of the segments without RST is told beside that of the RST', () => {
  const rst = packet({ at: at(990), first: false, segment: segment({ flags: RST_ACK, dev: 'lo' }) })
  expect(only(onEth0, rst, reset())).toMatchObject({ dev: 'lo', flowDev: 'eth0' })
  expect(only(rst, reset())).toMatchObject({ dev: 'lo', flowDev: null })
})

const onEth0 = packet({ at: at(900), segment: segment({ dev: 'eth0' }) })

test.each<[string, Observation[], Observation, string | null]>([
  ['of its own segment', [onEth0], reset({ segment: segment({ flags: RST_ACK, dev: 'eth1' }) }), 'eth1'],
  ['of an earlier segment', [onEth0], reset(), 'eth0'],
  ['of an earlier segment, for a reset without one', [onEth0], active(), 'eth0'],
  ['still, when a later segment did not say', [onEth0, packet({ at: at(950) })], reset(), 'eth0'],
  ['of another connection: none', [onEth0], reset({ tuple: { ...TUPLE, sport: 1 } }), null],
  ['never seen', [], reset(), null],
])('the interface is that %s', (_, before, event, dev) => {
  expect(only(...before, event).dev).toBe(dev)
})

test.each<[string, boolean]>([
  ['SYN_SENT', true],
  ['SYN_RECV', true],
  ['ESTABLISHED', true],
  ['CLOSE_WAIT', false],
  ['FIN_WAIT1', false],
  ['FIN_WAIT2', false],
])('tcp_reset without a segment in %s is a RST that came in: %s', (before, is) => {
  expect(cases(reset({ segment: null, socket: socket({ state: before }) }), stop())).toHaveLength(is ? 1 : 0)
})

test('cases are given in order of time, and one that waits for its answer holds up those behind', () => {
  const machine = correlate()
  machine.push(WITH)
  machine.push(reset())
  machine.push(reset({ at: at(1001), tuple: { ...TUPLE, sport: 1 } }))
  const second = lookup(undefined, { event: at(1001), tuple: { ...TUPLE, sport: 1 } })
  expect(machine.push(tick(1500))).toEqual([])
  expect(machine.push(second)).toEqual([])
  expect(machine.push(lookup()).map(({ reset: { at: moment } }) => moment)).toEqual([at(1000), at(1001)])
})

const LOST_BEFORE =
  'events or look-ups were lost since the connection was first seen: one of them may have been its own'
const LOST_AROUND = 'events or look-ups were lost around then: one of them may have been its own'

test.each<[string, Observation[], string[]]>([
  ['after the connection was first seen', [packet({ at: at(1) }), tick(2), lost('events', 3), reset()], [LOST_BEFORE]],
  ['before the connection was first seen', [tick(1), lost('events', 3), packet({ at: at(2) }), reset()], []],
  ['when the connection was never seen', [tick(1), lost('events', 3), reset()], [LOST_BEFORE]],
  ['while the reset is open', [packet(), reset(), lost('lookups', 2)], [LOST_AROUND]],
  ['once it is settled', [packet(), reset(), tick(1100), lost('events', 9)], []],
])('a loss %s', (_, trace, gaps) => {
  expect(only(...trace).gaps).toEqual(gaps)
})

test('a recording without its end says so in what was open, and only there', () => {
  const given = cases(reset(), tick(1100), reset({ at: at(1100) }))
  expect(given.map(({ gaps }) => gaps)).toEqual([[], ['the recording ends before its end']])
})

test('a reset settles when time has gone on, by whatever event', () => {
  const machine = correlate()
  expect(machine.push(reset())).toEqual([])
  expect(machine.push(tick(1049))).toEqual([])
  expect(machine.push(packet({ at: at(1050) }))).toHaveLength(1)
  expect(machine.flush()).toEqual([])
})

test('a reset waits for its answer', () => {
  const machine = correlate()
  machine.push(WITH)
  machine.push(reset())
  expect(machine.push(tick(1500))).toEqual([])
  expect(machine.push(lookup())).toHaveLength(1)
})

test('memory is bounded: the oldest open reset goes on without its answer', () => {
  const machine = correlate()
  machine.push(WITH)
  let given = 0
  for (let n = 0; n < 10_023; n++)
    given += machine.push(reset({ at: at(1000), segment: segment({ flags: RST_ACK }) })).length
  expect(given).toBe(23)
  expect(machine.flush()).toHaveLength(10_000)
})

test('memory is bounded: of answers that nobody takes, the oldest is forgotten', () => {
  const machine = correlate()
  machine.push(WITH)
  for (let n = 0; n <= 10_000; n++) machine.push(lookup(undefined, { event: at(n) }))
  machine.push(reset({ at: at(0) }))
  machine.push(reset({ at: at(1) }))
  expect(machine.push(stop()).map(({ after }) => after?.event)).toEqual([undefined, at(1)])
})

const sent = (sport: number) => ({ ...TUPLE, sport })

test('memory is bounded: of connections, the one unheard of for longest is forgotten', () => {
  const machine = correlate()
  for (let sport = 0; sport < 16_384; sport++) machine.push(state({ tuple: sent(sport) }))
  machine.push(state({ tuple: { ...TUPLE, dport: 81 } }))
  for (const sport of [1, 0]) machine.push(reset({ tuple: sent(sport), socket: socket({ state: 'CLOSE' }) }))
  expect(machine.push(stop()).map(({ stateBefore }) => stateBefore)).toEqual(['ESTABLISHED', null])
})
