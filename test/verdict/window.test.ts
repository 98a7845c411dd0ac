// SPDX-License-Identifier: MIT
// A RST in the window of a connection or of a handshake, and out of it: a table for each rule, and both held against
// the kernel's own arithmetic.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Case } from '../../src/flow/case.ts'
import type { Answer, Socket } from '../../src/observation.ts'
import { ignoredChallengeAck } from '../../src/verdict/causes/ignored-challenge-ack.ts'
import { ignoredOutOfWindow } from '../../src/verdict/causes/ignored-out-of-window.ts'
import { judge } from '../../src/verdict/judge.ts'
import { arrival, briefly, caseOf, drop, lookup, socket } from '../samples.ts'

/** A RST that came in for a connection with rcv_nxt 1000 and a window of 500 that began at 900. */
const came = (seq: number, on: Partial<Socket> | null = {}, rest: Partial<Case> = {}, length = 0) =>
  caseOf(
    {
      fn: 'tcp_v4_rcv',
      segment: arrival({ seq: seq >>> 0, length }).segment,
      socket: on === null ? null : socket({ rcv_nxt: 1000, rcv_wup: 900, rcv_wnd: 500, ...on }),
      flow: null,
    },
    { drop: drop('tcp_rcv_established'), ...rest },
  )
const left = (answer: Partial<Answer> = {}) => ({
  after: lookup({ found: 'established', state: 'ESTABLISHED', rcv_nxt: 1000, rcv_wnd: 500, ...answer }),
})

/** The same for a handshake, in which all that there is is after the SYN. */
const request = (seq: number, over: Partial<Socket> = {}, found: Answer['found'] = 'request', length = 0) =>
  caseOf(
    {
      fn: 'tcp_check_req',
      segment: arrival({ seq: seq >>> 0, length }).segment,
      socket: { sk: 'a', state: 'NEW_SYN_RECV', rcv_nxt: 1000, rcv_wnd: 500, ...over },
    },
    { after: lookup({ found }) },
  )

/** rcv_nxt 10 before the wrap. */
const WRAP = 2 ** 32
const wrapping = { rcv_nxt: WRAP - 10, rcv_wup: WRAP - 110 }

type Row = [string, Case, string]
const told = (reset: Case) => briefly(judge(reset))

test.each<Row>([
  ['before it', came(899), 'ignored-out-of-window, certain'],
  ['after it', came(1401), 'ignored-out-of-window, certain'],
  ['half the numbers away', came(1000 + 2 ** 31), 'ignored-out-of-window, certain'],
  ['before it, over the wrap', came(-1, { rcv_wup: 0 }), 'ignored-out-of-window, certain'],
  ['after it, over the wrap', came(391, wrapping), 'ignored-out-of-window, certain'],
  ['a window that is used up', came(1001, { rcv_wnd: 100 }), 'ignored-out-of-window, certain'],
  ['a window that shrank below what came', came(1001, { rcv_wnd: 50 }), 'ignored-out-of-window, certain'],
  ['in any state', came(899, { state: 'FIN_WAIT2' }), 'ignored-out-of-window, certain'],
  ['no drop seen', came(899, {}, { drop: null }), 'ignored-out-of-window, likely'],
  ['looked up', came(999, null, left()), 'ignored-out-of-window, certain'],
  ['looked up, after it', came(1501, null, left()), 'ignored-out-of-window, certain'],
  ['looked up, a window not known', came(999, null, left({ rcv_wnd: undefined })), 'unknown'],
  ['a socket without numbers', came(999, { rcv_nxt: undefined }), 'unknown'],
  ['no socket', came(899, null), 'unknown'],
  ['a handshake, before it', request(999), 'ignored-out-of-window, certain'],
  ['a handshake, after it', request(1501), 'ignored-out-of-window, certain'],
  ['a handshake, nobody asked', { ...request(1501), after: null }, 'ignored-out-of-window, certain'],
  ['at its beginning', came(900), 'ignored-challenge-ack, certain'],
  ['the exact number', came(1000), 'unknown'],
])('ignored-out-of-window: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test.each<Row>([
  ['at its beginning', came(900), 'ignored-challenge-ack, certain'],
  ['what was taken already', came(999), 'ignored-challenge-ack, certain'],
  ['one further', came(1001), 'ignored-challenge-ack, certain'],
  ['at its end', came(1400), 'ignored-challenge-ack, certain'],
  ['at its end, over the wrap', came(390, wrapping), 'ignored-challenge-ack, certain'],
  ['at its beginning, before the wrap', came(WRAP - 110, wrapping), 'ignored-challenge-ack, certain'],
  ['it began at rcv_nxt', came(1500, { rcv_wup: undefined }), 'ignored-challenge-ack, certain'],
  ['no drop seen', came(1001, {}, { drop: null }), 'ignored-challenge-ack, likely'],
  ['looked up', came(1500, null, left()), 'ignored-challenge-ack, certain'],
  ['a handshake', request(1001), 'ignored-challenge-ack, certain'],
  ['a handshake, at its end', request(1500), 'ignored-challenge-ack, certain'],
  ['a handshake, at its end, over the wrap', request(490, { rcv_nxt: WRAP - 10 }), 'ignored-challenge-ack, certain'],
  ['a handshake that is over', request(1001, {}, 'none'), 'handshake-abandoned, certain'],
  [
    'a handshake that is over, over the wrap',
    request(490, { rcv_nxt: WRAP - 10 }, 'none'),
    'handshake-abandoned, certain',
  ],
  ['before it', came(899), 'ignored-out-of-window, certain'],
  ['the exact number', came(1000), 'unknown'],
  ['the exact number of a handshake', request(1000), 'unknown'],
])('ignored-challenge-ack: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test('the window is told as numbers of 32 bits', () => {
  expect(judge(came(391, wrapping)).because[0]).toBe(
    'the socket was in ESTABLISHED: its seq 391 is 401 beyond rcv_nxt 4294967286, and the window is 500 bytes; it accepts sequence numbers from 4294967186 to 390',
  )
})

// As include/net/tcp.h has them, for __u32.
const u32 = (value: number) => BigInt.asUintN(32, BigInt(value))
const before = (a: bigint, b: bigint) => BigInt.asIntN(32, a - b) < 0n
const after = (a: bigint, b: bigint) => before(b, a)

/** tcp_receive_window() and tcp_sequence(). */
const sequenceIsAcceptable = (seq: bigint, end: bigint, rcv_nxt: bigint, rcv_wup: bigint, rcv_wnd: bigint) => {
  const left = BigInt.asIntN(32, rcv_wup + rcv_wnd - rcv_nxt)
  return !before(end, rcv_wup) && !after(seq, rcv_nxt + (left < 0n ? 0n : left))
}

/** tcp_in_window(). */
const isInWindow = (seq: bigint, end: bigint, from: bigint, to: bigint) =>
  seq === from || (after(end, from) && before(seq, to)) || (seq === u32(Number(to)) && seq === end)

const explained = (reset: Case) => ({
  outside: ignoredOutOfWindow.explain(reset) !== undefined,
  challenged: ignoredChallengeAck.explain(reset) !== undefined,
})

/** Offsets that matter are near the ends of a window; any other may be, too. */
const windows = fc
  .record({
    rcv_nxt: fc.oneof(
      fc.integer({ min: 0, max: WRAP - 1 }),
      fc.integer({ min: WRAP - 300, max: WRAP - 1 }),
      fc.nat(300),
    ),
    taken: fc.oneof(fc.nat(200), fc.nat(2 ** 30)),
    rcv_wnd: fc.oneof(fc.nat(300), fc.nat(2 ** 30)),
    length: fc.oneof(fc.constant(0), fc.nat(100)),
    near: fc.integer({ min: -2, max: 2 }),
    far: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    place: fc.constantFrom('begins', 'next', 'ends', 'ends too', 'far'),
  })
  .map(({ rcv_nxt, taken, rcv_wnd, length, near, far, place }) => {
    const rcv_wup = (rcv_nxt - taken) >>> 0
    const end = rcv_nxt + Math.max(rcv_wnd - taken, 0)
    const from = { begins: rcv_wup - length, next: rcv_nxt, ends: end, 'ends too': rcv_nxt + rcv_wnd, far: far }[place]
    return { rcv_nxt, rcv_wup, rcv_wnd, length, seq: (from + near) >>> 0 }
  })

const RUNS = { numRuns: 5000 }

test('of a connection, the split is that of tcp_sequence()', () => {
  fc.assert(
    fc.property(windows, ({ seq, length, rcv_nxt, rcv_wup, rcv_wnd }) => {
      const inside = sequenceIsAcceptable(u32(seq), u32(seq + length), u32(rcv_nxt), u32(rcv_wup), u32(rcv_wnd))
      expect(explained(came(seq, { rcv_nxt, rcv_wup, rcv_wnd }, {}, length))).toEqual({
        outside: !inside,
        challenged: inside && seq !== rcv_nxt,
      })
    }),
    RUNS,
  )
})

test('of a handshake, the split is that of tcp_in_window()', () => {
  fc.assert(
    fc.property(windows, ({ seq, length, rcv_nxt, rcv_wnd }) => {
      const from = u32(rcv_nxt)
      const inside = isInWindow(u32(seq), u32(seq + length), from, from + u32(rcv_wnd))
      expect(explained(request(seq, { rcv_nxt, rcv_wnd }, 'request', length))).toEqual({
        outside: !inside,
        challenged: inside && seq !== rcv_nxt,
      })
    }),
    RUNS,
  )
})

test('one and never both explain a case, and neither one of the exact number', () => {
  fc.assert(
    fc.property(windows, fc.boolean(), ({ seq, length, rcv_nxt, rcv_wup, rcv_wnd }, exact) => {
      const number = exact ? rcv_nxt : seq
      const [one, other] = [
        { rcv_nxt, rcv_wup, rcv_wnd },
        { after: lookup({ found: 'established', state: 'LAST_ACK', rcv_nxt, rcv_wnd }) },
      ]
      for (const reset of [came(number, one, {}, length), came(number, null, other, length)]) {
        const { outside, challenged } = explained(reset)
        expect([outside, challenged].filter(Boolean)).toHaveLength(number === rcv_nxt ? 0 : 1)
      }
    }),
    RUNS,
  )
})
