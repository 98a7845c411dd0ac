// SPDX-License-Identifier: MIT
// A RST that no full socket obeyed: a table for each rule, of what it explains and its neighbours. window.test.ts has
// the arithmetic of the window.
import { expect, test } from 'vitest'
import type { Case } from '../../src/flow/case.ts'
import { NO_PAST } from '../../src/flow/past.ts'
import type { Answer, Segment, Socket } from '../../src/observation.ts'
import { judge } from '../../src/verdict/judge.ts'
import { arrival, at, briefly, caseOf, drop, lookup, RST_ACK, segment, socket } from '../samples.ts'

const TAKEN = drop('tcp_rcv_established', 'TCP_RESET')
const after = (found: Answer['found'], over: Partial<Answer> = {}) => lookup({ found, ...over })

/** A RST that came in, for a socket that was known before or for none. */
const came = (over: Partial<Segment> = {}, on: Partial<Socket> | null = null, rest: Partial<Case> = {}) =>
  caseOf(
    {
      fn: 'tcp_v4_rcv',
      segment: arrival(over).segment,
      socket: on === null ? null : socket({ rcv_wnd: 500, rcv_wup: 1000, ...on }),
      flow: null,
    },
    { drop: TAKEN, ...rest },
  )

/** A RST that a mini-socket with rcv_nxt 1000 and a window of 500 got. */
const mini = (fn: string, over: Partial<Segment>, found?: Case['after'], on: Partial<Socket> = {}) =>
  caseOf(
    {
      fn,
      segment: segment({ flags: 4, ...over }),
      socket: { sk: 'a', state: 'X', rcv_nxt: 1000, rcv_wnd: 500, ...on },
    },
    { after: found ?? null },
  )
const request = (seq: number, found?: Case['after']) => mini('tcp_check_req', { seq }, found)
const requestWithAck = (found?: Case['after'], on: Partial<Socket> = {}) =>
  mini('tcp_check_req', { seq: 1000, ack: 2001, flags: RST_ACK }, found, on)
const timeWait = (seq: number, found?: Case['after'], substate = 'TIME_WAIT') =>
  mini('tcp_timewait_state_process', { seq }, found, { state: 'TIME_WAIT', substate })
const GONE = after('listener')
const FAILED = lookup({ found: null, error: 'EIO' })

type Row = [string, Case, string]
const told = (reset: Case) => briefly(judge(reset))

test.each<Row>([
  ['a full socket in SYN_RECV', caseOf({ socket: socket({ state: 'SYN_RECV' }) }), 'handshake-abandoned, certain'],
  ['the exact number', request(1000, GONE), 'handshake-abandoned, certain'],
  ['the exact number, nobody asked', request(1000), 'handshake-abandoned, certain'],
  ['the exact number with ACK', requestWithAck(GONE), 'handshake-abandoned, certain'],
  // The kernel leaves it to the listener when it acknowledges another number than the SYN ACK's.
  ['the exact number with ACK, nobody asked', requestWithAck(), 'handshake-abandoned, likely'],
  ['it acknowledges the SYN ACK', requestWithAck(undefined, { snt_isn: 2000 }), 'handshake-abandoned, certain'],
  [
    'it acknowledges the SYN ACK, whose number wraps',
    mini('tcp_check_req', { seq: 1000, ack: 0, flags: RST_ACK }, undefined, { snt_isn: 0xffffffff }),
    'handshake-abandoned, certain',
  ],
  ['it acknowledges another number', requestWithAck(undefined, { snt_isn: 2001 }), 'unknown'],
  ['it acknowledges another number, and it is gone', requestWithAck(GONE, { snt_isn: 7 }), 'unknown'],
  [
    'it acknowledges another number, and tcp_check_req took it',
    { ...requestWithAck(GONE, { snt_isn: 7 }), drop: drop('tcp_v4_rcv') },
    'handshake-abandoned, certain',
  ],
  [
    'it acknowledges another number, and the listener dropped it',
    { ...requestWithAck(GONE, { snt_isn: 7 }), drop: drop('tcp_v4_do_rcv') },
    'ignored-listener, certain',
  ],
  [
    'without ACK no number is acknowledged',
    mini('tcp_check_req', { seq: 1000, flags: 4 }, undefined, { snt_isn: 5 }),
    'handshake-abandoned, certain',
  ],
  ['in the window, and it is gone', request(1001, GONE), 'handshake-abandoned, certain'],
  ['the end of the window, and it is gone', request(1500, GONE), 'handshake-abandoned, certain'],
  ['in the window, nobody asked', request(1001), 'unknown'],
  // What could not be asked says nothing.
  ['in the window, no answer', request(1001, FAILED), 'unknown'],
  ['in the window, and it is still there', request(1001, after('request')), 'ignored-challenge-ack, certain'],
  ['before the window', request(999, GONE), 'ignored-out-of-window, certain'],
  ['after the window', request(1501, GONE), 'ignored-out-of-window, certain'],
  ['the exact number, and it is still there', request(1000, after('request')), 'unknown'],
])('handshake-abandoned: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test.each<Row>([
  ['it is gone', timeWait(1000, after('none')), 'time-wait-assassinated, certain'],
  ['a listener is left', timeWait(1000, GONE), 'time-wait-assassinated, certain'],
  ['FIN_WAIT2, and it is gone', timeWait(1000, after('none'), 'FIN_WAIT2'), 'time-wait-assassinated, certain'],
  // For FIN_WAIT2 the kernel takes whatever is in the window (net/ipv4/tcp_minisocks.c, tcp_timewait_state_process).
  ['FIN_WAIT2, in the window', timeWait(1001, after('none'), 'FIN_WAIT2'), 'time-wait-assassinated, certain'],
  ['FIN_WAIT2, after the window', timeWait(1501, after('timewait'), 'FIN_WAIT2'), 'ignored-time-wait, certain'],
  ['it is still there', timeWait(1000, after('timewait')), 'ignored-time-wait, certain'],
  ['nobody asked', timeWait(1000), 'unknown'],
  ['no answer', timeWait(1000, FAILED), 'unknown'],
  ['another number', timeWait(1001, after('none')), 'ignored-time-wait, certain'],
])('time-wait-assassinated: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test.each<Row>([
  ['another number, nobody asked', timeWait(1001), 'ignored-time-wait, certain'],
  ['one before', timeWait(999, after('timewait')), 'ignored-time-wait, certain'],
  ['of another function', mini('tcp_v4_send_reset', { seq: 1001 }, after('timewait')), 'unknown'],
])('ignored-time-wait: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

const EXACT = { seq: 1000 }
const SAME = after('established', { cookie: '1f' })
const early = (reason: string | null, location = 'tcp_v4_rcv') => ({ drop: drop(location, reason) })

test.each<Row>([
  ...[
    'TCP_CSUM',
    'TCP_MD5UNEXPECTED',
    'TCP_AOFAILURE',
    'TCP_AUTH_HDR',
    'TCP_MINTTL',
    'XFRM_POLICY',
    'SOCKET_FILTER',
  ].map((reason): Row => [reason, came(EXACT, {}, early(reason)), 'ignored-invalid, certain']),
  ['without a socket', came(EXACT, null, early('TCP_CSUM')), 'ignored-invalid, certain'],
  ['out of the window', came({ seq: 9000 }, {}, early('TCP_CSUM')), 'ignored-invalid, certain'],
  ['TCP_RESET', came({ seq: 9000 }, {}, early('TCP_RESET')), 'ignored-out-of-window, likely'],
  ['a reason that begins so', came({ seq: 9000 }, {}, early('TCP_CSUMX')), 'ignored-out-of-window, likely'],
  ['netfilter', came({}, null, { drop: drop('nf_hook_slow', 'NETFILTER_DROP') }), 'ignored-invalid, certain'],
  ['netfilter, no reasons', came({}, null, { drop: drop('nf_hook_slow', null) }), 'ignored-invalid, certain'],
  ['a TTL below the least', came({ ttl: 254 }, { min_ttl: 255 }, early(null)), 'ignored-invalid, certain'],
  ['a TTL that is the least', came({ ttl: 255 }, { min_ttl: 255 }, early(null)), 'ignored-invalid, likely'],
  ['a TTL below, and no drop', came({ ttl: 254 }, { min_ttl: 255 }, { drop: null }), 'unknown'],
  ['the same socket after', came(EXACT, { cookie: '1f' }, { ...early(null), after: SAME }), 'ignored-invalid, likely'],
  ['another one after', came(EXACT, { cookie: '2f' }, { ...early(null), after: SAME }), 'ignored-invalid, likely'],
  ['none after', came(EXACT, {}, { ...early(null), after: after('none') }), 'ignored-invalid, likely'],
  ['dropped further on', came(EXACT, {}, { ...early(null, 'tcp_rcv_established'), after: SAME }), 'unknown'],
  ['of another number', came({ seq: 1001 }, {}, { ...early(null), after: SAME }), 'ignored-challenge-ack, certain'],
])('ignored-invalid: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

const SYN_SENT = { state: 'SYN_SENT', snd_nxt: 2001, rcv_nxt: 0, rcv_wup: 0 }
const acking = (ack: number, seq = 0) => ({ flags: RST_ACK, ack, seq })

test.each<Row>([
  ['no ACK', came({}, SYN_SENT), 'ignored-syn-sent, certain'],
  ['another ACK', came(acking(2002), SYN_SENT), 'ignored-syn-sent, certain'],
  ['no drop seen', came({}, SYN_SENT, { drop: null }), 'ignored-syn-sent, likely'],
  ['looked up', came({}, null, { after: after('established', SYN_SENT) }), 'ignored-syn-sent, certain'],
  ['looked up, the ACK right', came(acking(2001), null, { after: after('established', SYN_SENT) }), 'unknown'],
  ['the ACK right', came(acking(2001), SYN_SENT), 'unknown'],
  // There is no window before the peer's SYN.
  ['the ACK right, whatever the number', came(acking(2001, 5000), SYN_SENT), 'unknown'],
  ['established', came({}, {}), 'unknown'],
])('ignored-syn-sent: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test.each<Row>([
  [
    'a listener, and it took it',
    came({}, null, { after: GONE, drop: drop('tcp_v4_do_rcv') }),
    'ignored-listener, certain',
  ],
  ['no drop seen', came({}, null, { after: GONE, drop: null }), 'ignored-listener, likely'],
  // There drops what a request socket takes, which may have ended a handshake.
  ['dropped before a listener gets it', came({}, null, { after: GONE, drop: drop('tcp_v4_rcv') }), 'unknown'],
  ['gone when asked', came({}, null, { after: after('none') }), 'ignored-listener, likely'],
  [
    'gone when asked, in tcp_v6_do_rcv',
    came({}, null, { after: after('none'), drop: drop('tcp_v6_do_rcv') }),
    'ignored-listener, likely',
  ],
  [
    'of which the kernel tells',
    came({}, { state: 'LISTEN' }, { drop: drop('tcp_rcv_state_process') }),
    'ignored-listener, certain',
  ],
  [
    'of which the kernel of arm64 tells',
    came({}, { state: 'LISTEN' }, { drop: drop('tcp_drop_reason') }),
    'ignored-listener, certain',
  ],
  [
    'of which the kernel tells, dropped before it gets it',
    came({}, { state: 'LISTEN' }, { drop: drop('tcp_v4_rcv') }),
    'unknown',
  ],
  ['taken, and nobody asked', came({}, null), 'unknown'],
  ['a connection', came({}, {}, { after: GONE }), 'unknown'],
  [
    'a handshake, and another number than its own is acknowledged',
    requestWithAck(after('request'), { snt_isn: 7 }),
    'ignored-listener, certain',
  ],
])('ignored-listener: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test.each<Row>([
  ['the reason says so', came({}, null, early('NO_SOCKET')), 'ignored-no-socket, certain'],
  ['the TCP hash, and dropped', came({}, null, { ...early(null), after: after('none') }), 'ignored-no-socket, certain'],
  ['the TCP hash alone', came({}, null, { drop: null, after: after('none') }), 'ignored-no-socket, likely'],
  [
    'of IPv6',
    { ...caseOf({ ...came().reset, fn: 'tcp_v6_rcv' }), ...early('NO_SOCKET') },
    'ignored-no-socket, certain',
  ],
  ['dropped, and nobody asked', came({}, null, early(null)), 'unknown'],
  ['no answer', came({}, null, { ...early(null), after: FAILED }), 'unknown'],
  ['a connection', came({}, {}, early('NO_SOCKET')), 'unknown'],
  ['a socket that is closed already', came({}, { state: 'CLOSE' }, early('TCP_CLOSE')), 'ignored-no-socket, certain'],
  ['the same, its drop not seen', came({}, { state: 'CLOSE' }, { drop: null }), 'ignored-no-socket, likely'],
])('ignored-no-socket: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test.each([
  [1, 'a RST before it had ended the connection'],
  [61, 'this host has no such connection'],
])('ignored-no-socket: %d s after a RST that was obeyed', (seconds, why) => {
  const obeyed = caseOf({ at: at(1000) })
  const late = came({}, null, { ...early('NO_SOCKET'), past: { ...NO_PAST, obeyed } })
  expect(judge({ ...late, reset: { ...late.reset, at: at(1000 + seconds * 1000) } }).why).toBe(why)
})

test.each<[Case, string]>([
  [
    came({ seq: 999 }, { rcv_wup: 1000 }),
    'the socket was in ESTABLISHED: its seq 999 is 1 before rcv_nxt 1000, and the window is 500 bytes; it accepts sequence numbers from 1000 to 1500',
  ],
  [
    came({ seq: 1001 }, {}),
    'the socket was in ESTABLISHED: its seq 1001 is 1 beyond rcv_nxt 1000, and the window is 500 bytes',
  ],
  [came({ seq: 9000 }, {}), 'the kernel dropped it in tcp_rcv_established: TCP_RESET'],
  [came({ seq: 9000 }, {}, { drop: drop(null) }), 'the kernel dropped it at an unknown place'],
  [
    timeWait(1000, after('none')),
    'tcp_timewait_state_process ran for a RST against a time-wait in TIME_WAIT: its seq 1000 is exactly rcv_nxt 1000, and the window is 500 bytes',
  ],
  [timeWait(1000, after('timewait')), 'the time-wait is still there: net.ipv4.tcp_rfc1337 is 1'],
  [came(acking(7), SYN_SENT), 'the socket is in SYN_SENT and has sent up to 2001, and the RST acknowledges 7'],
])('the numbers are told: %#', (reset, sentence) => {
  expect(judge(reset).because).toContain(sentence)
})

test('"rfc1337 is 0" is not said of FIN_WAIT2, which does not ask it', () => {
  expect(judge(timeWait(1000, after('none'), 'FIN_WAIT2')).because.join(' ')).not.toContain('rfc1337')
})
