// SPDX-License-Identifier: MIT
// A connection with the same ports is made between a RST and the question to the TCP hash: the answer is about that one.
import { expect, test } from 'vitest'
import type { Answer, Observation } from '../../src/observation.ts'
import { judge } from '../../src/verdict/judge.ts'
import { compareTime, type Time } from '../../src/time.ts'
import { arrival, at, drop, lookup, packet, segment, start, state, stop, SYN, TUPLE } from '../samples.ts'
import { cases } from './cases.ts'

const HEAD = start({ ehash: 'module', probes: ['kfree_skb'] })
const rst = arrival({ seq: 1000 })
const came = { ...rst, at: at(1000) }
const dropped = drop('tcp_v4_do_rcv', 'NOT_SPECIFIED', { at: at(1000.1), segment: rst.segment })
const nowhere = drop('tcp_v4_rcv', 'NO_SOCKET', { at: at(1000.1), segment: rst.segment })
const answered = (answer: Answer) => lookup(answer, { at: at(1140), event: at(1000) })
const ESTABLISHED = answered({ found: 'established', state: 'ESTABLISHED', rcv_nxt: 1001, rcv_wnd: 500 })
const syn = (ms: number) => packet({ at: at(ms), segment: segment({ flags: SYN }) })
const made = (ms: number, from = 'SYN_RECV') => state({ at: at(ms), from, to: 'ESTABLISHED' })
const connecting = (ms: number) => state({ at: at(ms), from: 'CLOSE', to: 'SYN_SENT' })

type Event = Observation & { at: Time }

/** The answer comes before the events that happened before it, which are still being put in order. */
const told = (events: Event[], drops: Event, answer: Observation) =>
  cases(
    HEAD,
    ...events.filter(({ at: when }) => compareTime(when, came.at) < 0),
    came,
    drops,
    answer,
    ...events.filter(({ at: when }) => compareTime(when, came.at) > 0),
    stop(),
  ).map((one) => {
    const { cause, state: before, because, after } = judge(one)
    return { cause, before, late: because.some((said) => said.includes('made after it')), after: after?.answer.found }
  })

test.each<[string, Event[], boolean]>([
  ['nothing began', [], false],
  ['a SYN came after the RST', [syn(1050)], true],
  ['a handshake ended after it', [syn(990), made(1060)], true],
  ['a SYN came after the answer', [syn(1150)], false],
  ['a SYN came after the RST, and another after the answer', [syn(1050), syn(1150)], true],
  ['this host connected after it', [connecting(1050), made(1060, 'SYN_SENT')], true],
  ['this host had connected before it', [connecting(900), made(1060, 'SYN_SENT')], false],
])('a socket in the TCP hash: %s', (_, events, late) => {
  expect(told(events, dropped, ESTABLISHED)).toEqual([
    {
      cause: late ? 'unknown' : 'ignored-out-of-window',
      before: late ? null : 'ESTABLISHED',
      late,
      after: 'established',
    },
  ])
})

const listening = (ms: number) =>
  state({ at: at(ms), from: 'CLOSE', to: 'LISTEN', tuple: { ...TUPLE, saddr: '0.0.0.0', sport: 0 } })
const LISTENER = answered({ found: 'listener', state: 'LISTEN' })

// Linux 5.10 has no reasons, and drops a RST for no socket where it drops one with a bad checksum.
test.each<[string, Event[], string | null, string]>([
  ['came after the RST', [listening(1050)], 'tcp_v4_rcv', 'ignored-no-socket'],
  [
    'came after the RST, and again after the answer',
    [listening(1050), listening(1150)],
    'tcp_v4_rcv',
    'ignored-no-socket',
  ],
  ['was there before', [listening(900)], 'tcp_v4_rcv', 'unknown'],
  ['was there before the trace', [], 'tcp_v4_rcv', 'unknown'],
  ['came after the RST, and another one took it', [listening(1050)], 'tcp_rcv_state_process', 'unknown'],
  ['was there before, and took it', [listening(900)], 'tcp_rcv_state_process', 'ignored-listener'],
])('a listener in the TCP hash that %s', (_, events, location, cause) => {
  const [verdict] = told(events, drop(location, null, { at: at(1000.1), segment: rst.segment }), LISTENER)
  expect(verdict?.cause).toBe(cause)
})

test('a listener that came meanwhile is not what a RST for no socket met', () => {
  expect(told([], nowhere, answered({ found: 'listener', state: 'LISTEN' }))).toEqual([
    { cause: 'ignored-no-socket', before: null, late: false, after: 'listener' },
  ])
})
