// SPDX-License-Identifier: MIT
// RSTs that come in: which open a case of their own, which another event speaks for, what is dropped, and bursts.
import { expect, test } from 'vitest'
import { correlate } from '../../src/flow/correlate.ts'
import type { Observation } from '../../src/observation.ts'
import {
  arrival,
  at,
  drop,
  lookup,
  lost,
  packet,
  reply,
  reset,
  RST_ACK,
  segment,
  socket,
  start,
  stop,
  SYN,
  tick,
  TUPLE,
} from '../samples.ts'

const ALL = start({ probes: ['tcp_v4_rcv', 'tcp_reset', 'kfree_skb'] })
const WITH = start({ probes: ['tcp_v4_rcv', 'tcp_reset', 'kfree_skb'], ehash: 'module' })
const EARLY = start({ probes: ['netif_receive_skb', 'tcp_receive_reset', 'kfree_skb'] })

const cases = (...observations: Observation[]) => {
  const machine = correlate()
  return [...observations.flatMap((observation) => machine.push(observation)), ...machine.push(stop())]
}
const functions = (...observations: Observation[]) => cases(...observations).map(({ reset: { fn } }) => fn)
const only = (...observations: Observation[]) => {
  const [first, ...rest] = cases(...observations)
  expect(rest).toEqual([])
  if (first === undefined) throw new Error('no case')
  return first
}

const RST_IN = arrival()
const here = { segment: RST_IN.segment }
/** As 5.10 has it, which does not hand the segment on. */
const without = (ms: number, state = 'ESTABLISHED', tuple: typeof TUPLE | object = {}) =>
  reset({ at: at(ms), segment: null, socket: socket({ state }), tuple: { ...TUPLE, ...tuple } })

test('a RST that comes in is a case, of which its packet is all that is known', () => {
  const on = socket({ state: 'FIN_WAIT2' })
  expect(only(ALL, arrival({}, { socket: on }))).toMatchObject({
    outcome: 'received',
    reset: {
      kind: 'reset',
      at: RST_IN.at,
      fn: 'tcp_v4_rcv',
      tuple: TUPLE,
      ...here,
      socket: on,
      task: null,
      stack: [],
      flow: null,
    },
    stateBefore: 'FIN_WAIT2',
    owner: null,
    drop: null,
    others: [],
    rejectUnseen: false,
    late: null,
  })
})

test('a network namespace that tcp_check_req did not know is that of the arrival', () => {
  const unknown = reset({ ...here, fn: 'tcp_check_req', tuple: { ...TUPLE, netns: 0 } })
  expect(only(ALL, RST_IN, unknown).reset).toMatchObject({ fn: 'tcp_check_req', tuple: TUPLE })
})

test.each<[string, Observation[], string[]]>([
  ['nobody', [RST_IN], ['tcp_v4_rcv']],
  ['tcp_reset', [RST_IN, reset(here)], ['tcp_reset']],
  ['tcp_reset, later', [RST_IN, reset({ ...here, at: at(1049) })], ['tcp_reset']],
  ['tcp_check_req', [RST_IN, reset({ ...here, fn: 'tcp_check_req' })], ['tcp_check_req']],
  ['tcp_check_req, then tcp_reset', [RST_IN, reset({ ...here, fn: 'tcp_check_req' }), reset(here)], ['tcp_reset']],
  [
    'tcp_check_req, which had no interface, then tcp_reset',
    [RST_IN, reset({ ...here, fn: 'tcp_check_req', tuple: { ...TUPLE, netns: 0 } }), reset(here)],
    ['tcp_reset'],
  ],
  [
    'tcp_check_req, then tcp_reset without its segment',
    [RST_IN, reset({ ...here, fn: 'tcp_check_req', tuple: { ...TUPLE, netns: 0 } }), without(1000, 'SYN_RECV')],
    ['tcp_reset'],
  ],
  [
    'tcp_check_req, and tcp_reset for another',
    [RST_IN, reset({ ...here, fn: 'tcp_check_req' }), reset({ segment: arrival({ seq: 9 }).segment })],
    ['tcp_check_req', 'tcp_reset'],
  ],
  [
    'tcp_timewait_state_process',
    [RST_IN, reset({ ...here, fn: 'tcp_timewait_state_process' })],
    ['tcp_timewait_state_process'],
  ],
  ['tcp_reset without the segment', [RST_IN, without(1000.01)], ['tcp_reset']],
  ['tcp_reset without the segment, in CLOSE_WAIT', [RST_IN, without(1000.01, 'CLOSE_WAIT')], ['tcp_reset']],
  [
    'tcp_reset for another segment',
    [RST_IN, reset({ segment: arrival({ skb: 'b' }).segment })],
    ['tcp_v4_rcv', 'tcp_reset'],
  ],
  [
    'tcp_reset for another in the same memory',
    [RST_IN, reset({ segment: arrival({ seq: 7 }).segment })],
    ['tcp_v4_rcv', 'tcp_reset'],
  ],
  [
    'tcp_reset of another connection',
    [RST_IN, without(1000.01, 'ESTABLISHED', { sport: 1 })],
    ['tcp_v4_rcv', 'tcp_reset'],
  ],
  [
    'an active reset',
    [RST_IN, reset({ fn: 'tcp_send_active_reset', segment: null })],
    ['tcp_v4_rcv', 'tcp_send_active_reset'],
  ],
  // A kprobe on tcp_v4_send_reset fires for a RST, too, and then nothing is sent.
  ['an attempt to answer it', [RST_IN, reset({ ...here, fn: 'tcp_v4_send_reset' })], ['tcp_v4_rcv']],
])('who speaks for a RST that came in: %s', (_, events, expected) => {
  expect(functions(ALL, ...events)).toEqual(expected)
})

test('of two RSTs in the same memory each is spoken for by its own', () => {
  const [second, other] = [arrival({ seq: 1001 }, { at: at(1001) }), arrival({ seq: 1002 }, { at: at(1002) })]
  const given = cases(ALL, RST_IN, second, other, reset({ segment: second.segment, at: at(1002.1) }))
  expect(given.map(({ reset: { fn, segment: of } }) => `${fn} ${of?.seq}`)).toEqual([
    'tcp_v4_rcv 1000',
    'tcp_v4_rcv 1002',
    'tcp_reset 1001',
  ])
})

test.each<[string, Observation, number | undefined]>([
  ['that has just come', without(1000.01), 1000],
  ['of long ago', without(1050), undefined],
  ['of another connection', without(1000.01, 'ESTABLISHED', { sport: 1 }), undefined],
])('tcp_reset without its segment has that of the RST %s', (_, event, seq) => {
  expect(cases(start(), RST_IN, event).map(({ reset: known }) => known.segment?.seq)).toEqual([seq])
})

test('of several RSTs, the last is that of tcp_reset', () => {
  const last = arrival({ seq: 1001, dev: 'eth0' }, { at: at(1000.005) })
  expect(only(start(), RST_IN, last, without(1000.01))).toMatchObject({ dev: 'eth0', reset: { segment: last.segment } })
})

test.each<[string, Observation[], number]>([
  ['where drops are told', [ALL, RST_IN], 1],
  ['not where they are not', [start(), RST_IN], 0],
  ['not for a segment without RST', [ALL, packet()], 0],
])('an arrival is a case %s', (_, events, count) => {
  expect(cases(...events)).toHaveLength(count)
})

test.each<[string, Observation[], number]>([
  ['dropped by TCP', [drop('tcp_v4_rcv', 'NO_SOCKET')], 1],
  ['dropped by TCP of a kernel without reasons', [drop('tcp_v4_rcv')], 0],
  ['dropped further on', [drop('tcp_rcv_established', 'TCP_RESET')], 1],
  ['not dropped: it may go on to another host', [], 0],
  ['dropped before TCP', [drop('ip_forward')], 0],
  ['dropped in a place unknown', [drop(null)], 0],
  ['obeyed', [without(1000.01), drop('tcp_v4_rcv')], 1],
])('a RST that is seen before it is known to be for this host: %s', (_, events, count) => {
  expect(cases(EARLY, RST_IN, ...events)).toHaveLength(count)
})

test.each<[string, Observation[], string | null | undefined]>([
  ['its own', [RST_IN, drop('tcp_v4_rcv')], 'tcp_v4_rcv'],
  ['the first', [RST_IN, drop('tcp_v4_rcv'), drop('other')], 'tcp_v4_rcv'],
  [
    'for whom another event speaks',
    [RST_IN, reset({ ...here, fn: 'tcp_check_req' }), drop('tcp_v4_rcv')],
    'tcp_v4_rcv',
  ],
  ['of another segment', [RST_IN, drop('x', null, { segment: arrival({ skb: 'b' }).segment })], undefined],
  ['of the same memory', [RST_IN, drop('x', null, { segment: arrival({ seq: 7 }).segment })], undefined],
  ['of a segment without RST', [RST_IN, drop('x', null, { segment: segment() })], undefined],
  ['no drop, another step', [RST_IN, drop('x', null, { fn: 'tcp_v4_do_rcv' })], undefined],
  ['none', [RST_IN], undefined],
])('the drop is that of the RST: %s', (_, events, location) => {
  expect(only(ALL, ...events).drop?.location).toBe(location)
})

test('a drop is none of what this host sends', () => {
  const answer = reset({ fn: 'tcp_v4_send_reset', segment: segment({ flags: SYN, seq: 1000 }), socket: null })
  expect(only(ALL, answer, reply(), drop('tcp_v4_rcv'))).toMatchObject({ outcome: 'sent', drop: null })
})

test('a RST that a mini-socket took is not told again when it is freed, though its packet comes then', () => {
  const taken = reset({ fn: 'tcp_timewait_state_process', socket: { sk: 'b', state: 'TIME_WAIT' } })
  const freed = [arrival({}, { at: at(1000.01), socket: { sk: 'b', state: 'TIME_WAIT' } }), drop('tcp_v4_rcv')]
  expect(cases(ALL, { ...taken, segment: RST_IN.segment }, ...freed)).toMatchObject([
    { reset: { fn: 'tcp_timewait_state_process' }, drop: { location: 'tcp_v4_rcv' } },
  ])
})

test('an arrival waits for its answer, and takes its state from it where no socket was known', () => {
  const machine = correlate()
  for (const observation of [WITH, RST_IN, drop('tcp_v4_do_rcv')]) machine.push(observation)
  expect(machine.push(tick(1999))).toEqual([])
  const answer = lookup({ found: 'established', state: 'LAST_ACK' })
  expect(machine.push(answer)).toMatchObject([{ after: answer, stateBefore: 'LAST_ACK' }])
})

test('the socket that was known has the state', () => {
  const on = socket({ state: 'FIN_WAIT2' })
  const answer = lookup({ found: 'timewait', state: 'TIME_WAIT' })
  expect(only(WITH, arrival({}, { socket: on }), answer).stateBefore).toBe('FIN_WAIT2')
})

test('an arrival does not wait for ss, which is not asked, nor for the answer of one that is spoken for', () => {
  for (const [head, events] of [
    [start({ probes: ['kfree_skb'], ehash: 'ss' }), [RST_IN]],
    [WITH, [RST_IN, reset(here), lookup()]],
  ] as const) {
    const machine = correlate()
    const before = [head, ...events].flatMap((observation) => machine.push(observation))
    expect([before.length, machine.push(tick(2001)).length]).toEqual([0, 1])
  }
})

test('a loss around it is a gap', () => {
  expect(only(ALL, packet({ at: at(1) }), RST_IN, lost('events', 1)).gaps).toHaveLength(1)
})

const other = (seq: number, ms: number) => arrival({ seq, skb: `a${seq}` }, { at: at(ms) })
const obeyed = reset({ ...here, at: at(5000) })

test.each<[string, Observation[], number[]]>([
  ['before and after', [other(1, 4990), obeyed, other(2, 5010)], [1, 2]],
  ['not the same number', [other(1000, 4990), obeyed], []],
  ['within two seconds', [other(1, 3000.000001), obeyed], [1]],
  ['not at two seconds', [other(1, 3000), obeyed], []],
  ['not of another connection', [arrival({ seq: 1 }, { at: at(4990), tuple: { ...TUPLE, sport: 1 } }), obeyed], []],
  ['not what has no RST', [packet({ at: at(4990), segment: segment({ seq: 1 }) }), obeyed], []],
  ['not after it is settled', [obeyed, tick(5051), other(2, 5060)], []],
  [
    'the last seven, and its own',
    [...Array.from({ length: 9 }, (_, n) => other(n, 4990 + n)), obeyed],
    [2, 3, 4, 5, 6, 7, 8],
  ],
])('the burst around a RST: %s', (_, events, numbers) => {
  const [first] = cases(start(), ...events)
  expect(first?.others.map(({ segment: { seq } }) => seq)).toEqual(numbers)
})

test('each RST of a burst that nobody obeys is a case, with the others around it', () => {
  const given = cases(ALL, other(1, 1000), other(2, 1001), other(3, 1002))
  expect(given.map(({ others }) => others.map(({ segment: { seq } }) => seq))).toEqual([
    [2, 3],
    [1, 3],
    [1, 2],
  ])
})

test('an arrival with ACK is one, too', () => {
  expect(functions(ALL, arrival({ flags: RST_ACK }), arrival({}, { fn: 'tcp_v6_rcv' }))).toEqual([
    'tcp_v4_rcv',
    'tcp_v6_rcv',
  ])
})

test('an obeyed RST is judged as soon as its own events have come: its arrival delays nothing', () => {
  const machine = correlate()
  const before = [ALL, arrival({ seq: 1000 }, { at: at(5000) }), obeyed, tick(5049)]
  expect(before.flatMap((observation) => machine.push(observation))).toEqual([])
  expect(machine.push(tick(5051)).map(({ reset: { fn } }) => fn)).toEqual(['tcp_reset'])
})
