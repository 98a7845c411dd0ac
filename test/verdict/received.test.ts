// SPDX-License-Identifier: MIT
// A RST that a full socket obeyed: a table for each rule, of what it explains and its neighbours.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Case } from '../../src/flow/case.ts'
import type { Kind, Segment, Socket } from '../../src/observation.ts'
import { forged } from '../../src/verdict/causes/forged.ts'
import { judge } from '../../src/verdict/judge.ts'
import { arrival, at, briefly, caseOf, flow, RST, RST_ACK, segment, socket } from '../samples.ts'

/** A RST at rcv_nxt, as a kernel without the socket makes it, but for its IP-ID. */
const received = (
  flags: number,
  on: Partial<Socket> = {},
  over: Partial<Segment> = {},
  rest: Partial<Kind<'reset'>> = {},
) => caseOf({ segment: segment({ flags, seq: 1000, window: 0, ...over }), socket: socket(on), ...rest })

type Row = [string, Case, string]
const told = (reset: Case) => briefly(judge(reset))

test.each<Row>([
  ['in SYN_SENT', received(RST_ACK, { state: 'SYN_SENT' }), 'connection-refused, certain'],
  ['of another TTL', received(RST_ACK, { state: 'SYN_SENT' }, { ttl: 3 }), 'connection-refused, likely'],
  [
    'of one TTL of two',
    received(RST_ACK, { state: 'SYN_SENT' }, { ttl: 3 }, { flow: flow({ other_ttl: 3 }) }),
    'connection-refused, certain',
  ],
  ['of no known TTL', received(RST_ACK, { state: 'SYN_SENT' }, {}, { flow: null }), 'connection-refused, certain'],
  ['no segment seen', received(RST_ACK, { state: 'SYN_SENT' }, {}, { segment: null }), 'connection-refused, likely'],
  ['in SYN_RECV', received(RST, { state: 'SYN_RECV' }), 'handshake-abandoned, certain'],
  ['without a socket', received(RST_ACK, {}, {}, { socket: null }), 'unknown'],
  ['another function', received(RST_ACK, { state: 'SYN_SENT' }, {}, { fn: 'tcp_send_active_reset' }), 'unknown'],
])('connection-refused: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

const refused = (over: Partial<Segment>, rest = {}) =>
  judge(received(RST_ACK, { state: 'SYN_SENT' }, over, rest)).because.join()

test('connection-refused: who replied is told as far as it is known', () => {
  expect(refused({}, { flow: null })).toContain("the peer's kernel replies so, or a box that answers for it")
  expect(refused({ ttl: 3 })).toContain('its TTL is 3, and all 4 segments of the flow have had 64')
  expect(refused({ ttl: 3 })).toContain('a box that answers for the peer')
  expect(refused({}, { segment: null })).toContain('the interface that it came by was not seen')
})

const ended = (stack: string[]) => judge(received(RST, { state: 'SYN_RECV' }, {}, { stack })).because.join()

test('handshake-abandoned: by TCP Fast Open the application may have data', () => {
  expect(ended(['tcp_reset', 'tcp_check_req'])).toContain('by TCP Fast Open')
  expect(ended(['tcp_reset', 'tcp_validate_incoming'])).not.toContain('by TCP Fast Open')
})

/** One by lo, of a connection whose segments come by `flowDev`. */
const byLo = (flowDev: string | null, reset = received(RST_ACK), dev: string | null = 'lo'): Case => ({
  ...reset,
  dev,
  flowDev,
})
/** One by lo for a socket that is connecting, by interface `route`; this host's own last RST was `own_rst` nanoseconds before. */
const connecting = (route: number | undefined, own_rst: number | undefined, dev = 'lo') =>
  byLo(null, received(RST_ACK, { state: 'SYN_SENT', route }, {}, { own_rst }), dev)

test.each<Row>([
  ['with ACK', byLo('eth0'), 'local-injection, likely'],
  ['bare', byLo('eth0', received(RST)), 'local-injection, likely'],
  ['of a foreign TTL', byLo('eth0', received(RST_ACK, {}, { ttl: 9 })), 'local-injection, likely'],
  ['of a flow by lo', byLo('lo'), 'peer-aborted, likely'],
  ['of a flow by an unknown interface', byLo(null), 'peer-aborted, likely'],
  ['by another interface', byLo('eth0', received(RST_ACK), 'eth1'), 'peer-aborted, likely'],
  ['by an unknown one', byLo('eth0', received(RST_ACK), null), 'peer-aborted, likely'],
  ['where REJECT is not seen', { ...byLo('eth0'), rejectUnseen: true }, 'unknown'],
  ['connecting by eth0', connecting(2, 50_000_001), 'local-injection, likely'],
  ["connecting, this host's own RST", connecting(2, 50_000_000), 'connection-refused, certain'],
  ['connecting, own RSTs not seen', connecting(2, undefined), 'connection-refused, certain'],
  ['connecting to itself', connecting(1, 60e9), 'connection-refused, certain'],
  ['connecting by an unknown interface', connecting(undefined, 60e9), 'connection-refused, certain'],
  ['connecting, by eth0 too', connecting(2, 60e9, 'eth0'), 'connection-refused, certain'],
  ['a handshake', byLo('eth0', received(RST, { state: 'SYN_RECV' })), 'handshake-abandoned, certain'],
])('local-injection: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

const IN_FLIGHT = { snd_nxt: 2005 }

test.each<Row>([
  ['with ACK', received(RST_ACK), 'peer-aborted, likely'],
  ['with a window', received(RST_ACK, {}, { window: 502 }), 'peer-aborted, likely'],
  [
    'in CLOSE_WAIT, bytes in flight, with a window',
    received(RST_ACK, { state: 'CLOSE_WAIT', ...IN_FLIGHT }, { window: 9 }),
    'peer-aborted, likely',
  ],
  ['of a flow whose TTL is not known', received(RST_ACK, {}, {}, { flow: null }), 'peer-aborted, likely'],
  ['of a foreign TTL', received(RST_ACK, {}, { ttl: 63 }), 'forged, likely'],
  ['bare', received(RST), 'peer-has-no-socket, likely'],
  ['of another seq', received(RST_ACK, {}, { seq: 1001 }), 'unknown'],
  ['in a state that is no connection', received(RST_ACK, { state: 'CLOSE' }), 'unknown'],
  ['no segment seen', received(RST_ACK, {}, {}, { segment: null }), 'unknown'],
])('peer-aborted: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test.each<Row>([
  ['bare', received(RST), 'peer-has-no-socket, likely'],
  ['bytes in flight', received(RST, IN_FLIGHT), 'peer-has-no-socket, likely'],
  ['with an IP-ID', received(RST, {}, { ip_id: 9 }), 'peer-has-no-socket, likely'],
  ['in CLOSE_WAIT, nothing in flight', received(RST, { state: 'CLOSE_WAIT' }), 'peer-has-no-socket, likely'],
  ['with ACK', received(RST_ACK), 'peer-aborted, likely'],
  ['with a window', received(RST, {}, { window: 502 }), 'unknown'],
  ['of another seq', received(RST, {}, { seq: 1001 }), 'unknown'],
])('peer-has-no-socket: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

const halfClosed = (state: string, over: Partial<Socket> = {}) => received(RST, { state, ...over })

test.each<Row>([
  ['CLOSE_WAIT', halfClosed('CLOSE_WAIT', IN_FLIGHT), 'write-after-peer-close, likely'],
  ['one byte', halfClosed('CLOSE_WAIT', { snd_nxt: 2001 }), 'write-after-peer-close, likely'],
  ['over the wrap', halfClosed('CLOSE_WAIT', { snd_una: 2 ** 32 - 3, snd_nxt: 2 }), 'write-after-peer-close, likely'],
  [
    'after a silence',
    received(RST, { state: 'CLOSE_WAIT', ...IN_FLIGHT }, {}, { at: at(90_000) }),
    'write-after-peer-close, likely',
  ],
  ['of a foreign TTL', received(RST, { state: 'CLOSE_WAIT', ...IN_FLIGHT }, { ttl: 63 }), 'forged, likely'],
  [
    'of a foreign TTL, without IP-ID',
    received(RST, { state: 'CLOSE_WAIT', ...IN_FLIGHT }, { ttl: 63, ip_id: 0 }),
    'write-after-peer-close, likely',
  ],
  ['nothing in flight', halfClosed('CLOSE_WAIT'), 'peer-has-no-socket, likely'],
  ['numbers not known', halfClosed('CLOSE_WAIT', { snd_nxt: undefined }), 'peer-has-no-socket, likely'],
  ['with ACK', received(RST_ACK, { state: 'CLOSE_WAIT', ...IN_FLIGHT }), 'write-after-peer-close, likely'],
  [
    'with ACK and a window',
    received(RST_ACK, { state: 'CLOSE_WAIT', ...IN_FLIGHT }, { window: 9 }),
    'peer-aborted, likely',
  ],
  ['ESTABLISHED', halfClosed('ESTABLISHED', IN_FLIGHT), 'peer-has-no-socket, likely'],
  ...['LAST_ACK', 'CLOSING'].flatMap((state): Row[] => [
    [`${state}, bytes and FIN`, halfClosed(state, { snd_nxt: 2002 }), 'write-after-peer-close, likely'],
    [`${state}, the FIN alone`, halfClosed(state, { snd_nxt: 2001 }), 'peer-has-no-socket, likely'],
  ]),
])('write-after-peer-close: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

/** A RST that answers the first segment after a silence of `ms`. */
const idle = (ms: number, on: Partial<Socket> = {}, over: Partial<Segment> = {}) =>
  received(RST, { ...IN_FLIGHT, retransmits: 0, ...on }, over, { at: at(900 + ms) })

test.each<Row>([
  ['after half a minute', idle(30_000), 'idle-expiry, likely'],
  ['answering a keepalive probe', idle(30_000, { snd_nxt: 2000, probes_out: 1 }), 'idle-expiry, likely'],
  ['of a foreign TTL, without IP-ID', idle(30_000, {}, { ttl: 255, ip_id: 0 }), 'idle-expiry, likely'],
  ['of a foreign TTL, with IP-ID', idle(30_000, {}, { ttl: 255 }), 'forged, likely'],
  ['a moment earlier', idle(29_999.999), 'peer-has-no-socket, likely'],
  ['after a retransmission', idle(30_000, { retransmits: 1 }), 'peer-has-no-socket, likely'],
  ['retransmissions not known', idle(30_000, { retransmits: undefined }), 'peer-has-no-socket, likely'],
  ['of a flow not seen', { ...caseOf({ ...idle(30_000).reset, flow: null }) }, 'peer-has-no-socket, likely'],
  ['with ACK', idle(30_000, {}, { flags: RST_ACK }), 'peer-aborted, likely'],
  ['with a window', idle(30_000, {}, { window: 1 }), 'unknown'],
  ['of another seq', idle(30_000, {}, { seq: 1001 }), 'unknown'],
])('idle-expiry: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

/** The same, of its own accord: all that this host had sent was acknowledged. */
const unasked = (ms: number, flags: number, on: Partial<Socket> = {}, over: Partial<Segment> = {}) =>
  idle(ms, { snd_nxt: 2000, probes_out: 0, ...on }, { flags, ...over })

test.each<Row>([
  ['bare', unasked(30_000, RST), 'idle-expiry, likely'],
  ['with ACK', unasked(30_000, RST_ACK), 'idle-expiry, likely'],
  ['bare, with a window', unasked(30_000, RST, {}, { window: 512 }), 'idle-expiry, likely'],
  ['of a foreign TTL', unasked(30_000, RST_ACK, {}, { ttl: 255 }), 'idle-expiry, likely'],
  ['a moment earlier, bare', unasked(29_999.999, RST), 'peer-has-no-socket, likely'],
  ['a moment earlier, with ACK', unasked(29_999.999, RST_ACK), 'peer-aborted, likely'],
  ['a moment earlier, of a foreign TTL', unasked(29_999.999, RST_ACK, {}, { ttl: 255 }), 'forged, likely'],
  ['of another ACK than snd_nxt, of a foreign TTL', unasked(30_000, RST_ACK, {}, { ttl: 9, ack: 7 }), 'forged, likely'],
  ['of another seq, of a foreign TTL', unasked(30_000, RST_ACK, {}, { ttl: 9, seq: 7 }), 'forged, likely'],
  ['half closed by the peer', unasked(30_000, RST_ACK, { state: 'CLOSE_WAIT' }), 'peer-aborted, likely'],
  ['numbers not known', unasked(30_000, RST_ACK, { snd_nxt: undefined }), 'peer-aborted, likely'],
])('idle-expiry: asked by nobody, %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

/** One of a connection that is older than the trace: its socket alone tells of the silence. */
const old = (flags: number, on: Partial<Socket>) =>
  received(flags, { retransmits: 0, probes_out: 0, ...on }, {}, { flow: null })
const [S29, S30] = [29_999_999_999, 30_000_000_000]

test.each<Row>([
  ['in answer', old(RST, { ...IN_FLIGHT, heard_ago: S30, sent_ago: 1 }), 'idle-expiry, likely'],
  [
    'in answer, a moment earlier',
    old(RST, { ...IN_FLIGHT, heard_ago: S29, sent_ago: 1 }),
    'peer-has-no-socket, likely',
  ],
  ['asked by nobody', old(RST_ACK, { heard_ago: S30, sent_ago: S30 }), 'idle-expiry, likely'],
  ['a moment earlier', old(RST_ACK, { heard_ago: S29, sent_ago: S30 }), 'peer-aborted, likely'],
  ["after an answer to the peer's probe", old(RST_ACK, { heard_ago: S30, sent_ago: S29 }), 'peer-aborted, likely'],
  ['what was sent is not known', old(RST_ACK, { heard_ago: S30 }), 'peer-aborted, likely'],
  ['nothing is known', old(RST, {}), 'peer-has-no-socket, likely'],
])('idle-expiry: of a connection older than the trace, %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test.each<Row>([
  ['just sent', received(RST, { sent_ago: 3e9 }), 'peer-has-no-socket, likely'],
  ['sent a while ago', received(RST, { sent_ago: 3e9 + 1 }), 'unknown'],
  ['bytes in flight for a while', received(RST, { sent_ago: 9e9, ...IN_FLIGHT }), 'peer-has-no-socket, likely'],
])('peer-has-no-socket: it answers something, %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test('an answer to nothing is told', () => {
  expect(judge(received(RST, { sent_ago: 5e9 })).because.join()).toContain('this host had sent nothing for 5 s')
})

test.each<[string, Partial<Socket>, string]>([
  ['nothing in flight', {}, 'net.ipv4.tcp_abort_on_overflow=1'],
  ['bytes in flight', IN_FLIGHT, 'a server whose accept queue was full'],
])('peer-has-no-socket: no data had come, %s', (_, on, sentence) => {
  expect(judge(received(RST, { data_in: 0, ...on })).because.join()).toContain(sentence)
})

test.each([1, undefined])('peer-has-no-socket: nothing is said of the handshake after %s segments', (data_in) => {
  expect(judge(received(RST, { data_in })).because.join()).not.toContain('handshake')
})

test('idle-expiry: a RST with ACK may be of the application', () => {
  const APPLICATION = "or the peer's application has the same idle limit"
  expect(judge(unasked(30_000, RST_ACK)).because.join()).toContain(APPLICATION)
  expect(judge(unasked(30_000, RST)).because.join()).not.toContain(APPLICATION)
  expect(judge(unasked(30_000, RST)).because.join()).toContain('nobody had asked for it in a silence of 30 s')
})

test.each<Row>([
  ...['CLOSE_WAIT', 'LAST_ACK', 'CLOSING'].flatMap((state): Row[] => [
    [`bare in ${state}`, received(RST, { state }, { seq: 999 }), 'peer-aborted, likely'],
    [`with ACK in ${state}`, received(RST_ACK, { state }, { seq: 999, window: 9 }), 'peer-aborted, likely'],
  ]),
  [
    'bytes in flight',
    received(RST, { state: 'CLOSE_WAIT', ...IN_FLIGHT }, { seq: 999 }),
    'write-after-peer-close, likely',
  ],
  ['before the FIN', received(RST, {}, { seq: 999 }), 'unknown'],
  ['of a seq before that', received(RST, { state: 'CLOSE_WAIT' }, { seq: 998 }), 'unknown'],
  ['of a foreign TTL', received(RST, { state: 'CLOSE_WAIT' }, { seq: 999, ttl: 3 }), 'forged, likely'],
])("peer-aborted: at the number of the peer's FIN, %s", (_, reset, expected) => expect(told(reset)).toBe(expected))

/** A bare RST at rcv_nxt, 5 ms after a RST with ACK that was beyond a hole of 15 bytes. */
const afterHole = (first: Partial<Segment> = {}, later = -5, over: Partial<Segment> = {}) => ({
  ...received(RST, { rcv_wnd: 500 }, over),
  others: [arrival({ flags: RST_ACK, seq: 1015, window: 510, ...first }, { at: at(1000 + later) })],
})

test.each<Row>([
  ['a hole of 15 bytes', afterHole(), 'peer-aborted, likely'],
  ['one of all the window', afterHole({ seq: 1500 }), 'peer-aborted, likely'],
  ['the first RST without ACK', afterHole({ flags: RST }), 'peer-has-no-socket, likely'],
  ['the first RST beyond the window', afterHole({ seq: 1501 }), 'peer-has-no-socket, likely'],
  ['the first RST before rcv_nxt', afterHole({ seq: 990 }), 'peer-has-no-socket, likely'],
  ['the first RST of another TTL', afterHole({ ttl: 60 }), 'peer-has-no-socket, likely'],
  ['that RST later', afterHole({}, 5), 'peer-has-no-socket, likely'],
  ['the second with a window', afterHole({}, -5, { window: 7 }), 'unknown'],
  ['the second of another seq', afterHole({}, -5, { seq: 1001 }), 'unknown'],
  ['the second of a foreign TTL', afterHole({ ttl: 3 }, -5, { ttl: 3 }), 'forged, likely'],
])('peer-aborted: by two RSTs, %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test('peer-aborted: the first of two RSTs is told', () => {
  expect(judge(afterHole()).because.join()).toContain('the first RST is the telling one')
})

test.each<Row>([
  ['with ACK', received(RST_ACK, {}, { ttl: 63 }), 'forged, likely'],
  ['bare, answering nothing', received(RST, {}, { ttl: 255, ip_id: 0 }), 'forged, likely'],
  ['with a window', received(RST, IN_FLIGHT, { ttl: 63, ip_id: 0, window: 502 }), 'forged, likely'],
  ['with an IP-ID', received(RST, IN_FLIGHT, { ttl: 63 }), 'forged, likely'],
  ['of another seq', received(RST, IN_FLIGHT, { ttl: 63, ip_id: 0, seq: 1001 }), 'forged, likely'],
  ['the same TTL', received(RST_ACK, {}, { ttl: 64 }), 'peer-aborted, likely'],
  ['two TTLs', received(RST_ACK, {}, { ttl: 63 }, { flow: flow({ other_ttl: 200 }) }), 'peer-aborted, likely'],
  ['no TTL known', received(RST_ACK, {}, { ttl: 63 }, { flow: null }), 'peer-aborted, likely'],
  ["a box's answer", received(RST, IN_FLIGHT, { ttl: 63, ip_id: 0 }), 'peer-has-no-socket, likely'],
  ['a handshake', received(RST, { state: 'SYN_RECV' }, { ttl: 63 }), 'handshake-abandoned, certain'],
])('forged: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

const numbers = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const CONNECTED = ['ESTABLISHED', 'FIN_WAIT1', 'FIN_WAIT2', 'CLOSE_WAIT', 'LAST_ACK', 'CLOSING']
const anything = fc.record({
  flags: fc.constantFrom(RST, RST_ACK, RST | 8),
  state: fc.constantFrom(...CONNECTED),
  seq: numbers,
  rcv_nxt: numbers,
  snd_una: numbers,
  snd_nxt: numbers,
  window: fc.nat(65535),
  ttl: fc.nat(255),
  ip_id: fc.nat(65535),
  probes_out: fc.nat(1),
  others: fc.boolean().map((one) => (one ? [arrival({ seq: 7 })] : [])),
})
type Anything = typeof anything extends fc.Arbitrary<infer T> ? T : never

const caseWith = ({ flags, seq, window, ttl, ip_id, others, ...on }: Anything, known = flow()) =>
  caseOf({ segment: segment({ flags, seq, window, ttl, ip_id }), socket: socket(on), flow: known }, { others })
const bytes = fc.integer({ min: 1, max: 2 ** 30 })

test.each<[string, boolean, fc.Arbitrary<Case>]>([
  ['the TTL of the flow', false, anything.map((any) => caseWith(any, flow({ ttl: any.ttl })))],
  ['a flow that has had two', false, anything.map((any) => caseWith(any, flow({ other_ttl: any.window & 255 })))],
  [
    'no ACK, window or IP-ID, at rcv_nxt, answering bytes in flight',
    false,
    fc.tuple(anything, bytes).map(([any, count]) => {
      const answer = { flags: RST, window: 0, ip_id: 0, seq: any.rcv_nxt }
      return caseWith({ ...any, ...answer, snd_nxt: (any.snd_una + count) >>> 0 })
    }),
  ],
  ['a foreign TTL and an IP-ID', true, anything.map((any) => caseWith({ ...any, ip_id: 1, ttl: 63 }))],
])('whatever else, a RST is forged or never: %s', (_, is, resets) => {
  fc.assert(
    fc.property(resets, (reset) => {
      expect(forged.explain(reset) !== undefined).toBe(is)
    }),
  )
})

test('the evidence of a forged one is told', () => {
  const [first, second] = [arrival({ seq: 1100 }), arrival({ seq: 1200 })]
  const reset = received(RST, {}, { ttl: 63, window: 502 })
  expect(judge({ ...reset, others: [first, second] }).because.slice(0, 7)).toEqual([
    'tcp_reset ran for a RST without ACK while the socket was in ESTABLISHED',
    "its TTL is 63, and all 4 segments of the flow have had 64: another machine sent it, or the peer's kernel for an application with a TTL of its own",
    'the segment before it had come 100 ms earlier',
    'it has no ACK and answers nothing: all that this host had sent was acknowledged, snd_nxt 2000',
    'its window is 502; a kernel that replies with a RST without ACK sends window 0',
    '2 more RSTs came within 2 s, with seq 1100, 1200: a sender that knows the number needs only one',
    'so another machine than the sender of those segments sent it in the name of the peer: on the path, or a load balancer that owns the address while the servers behind it answer for themselves (direct server return)',
  ])
})

test('forged: where nothing but the TTL is odd, that is told', () => {
  const ALONE = 'nothing but its TTL is odd'
  expect(judge(received(RST_ACK, {}, { ttl: 63 })).because.join()).toContain(ALONE)
  expect(judge(received(RST, {}, { ttl: 63 })).because.join()).not.toContain(ALONE)
})

test.each<[string, Case, string]>([
  ['the same', received(RST_ACK), "its TTL 64 is that of the flow's first segment, of 4 seen"],
  [
    'the same as of one',
    received(RST_ACK, {}, {}, { flow: { ttl: 64 } }),
    'its TTL 64 is that of the segment by which the connection was made',
  ],
  [
    'another one than of one',
    received(RST_ACK, {}, { ttl: 63 }, { flow: { ttl: 64, iif: 2 } }),
    "its TTL is 63, and the segment by which the connection was made had 64: another machine sent it, or the peer's kernel for an application with a TTL of its own",
  ],
  [
    'one of two',
    received(RST_ACK, {}, { ttl: 63 }, { flow: flow({ other_ttl: 63 }) }),
    "its TTL 63 proves nothing: the flow's own segments have had 64 and 63",
  ],
  [
    'not known',
    received(RST_ACK, {}, {}, { flow: null }),
    'the TTL of the flow is not known: none of its earlier segments was seen',
  ],
])('the TTL is told: %s', (_, reset, sentence) => {
  expect(judge(reset).because[1]).toBe(sentence)
})

const written = (state: string, snd_nxt: number) => judge(halfClosed(state, { snd_nxt })).because.at(3)

test('the numbers are told', () => {
  expect(written('CLOSE_WAIT', 2005)).toContain(
    '5 bytes sent by this host were unacknowledged: snd_una 2000, snd_nxt 2005',
  )
  expect(written('LAST_ACK', 2006)).toContain(' 5 bytes sent by this host')
  expect(judge(idle(45_000)).because[3]).toContain('a silence of 45 s: snd_una 2000, snd_nxt 2005')
})
