// SPDX-License-Identifier: MIT
// The RST that answers a segment which a listener, a handshake, a time-wait or netfilter does not take: a table for
// each rule, of what it explains and its neighbours.
import { expect, test } from 'vitest'
import type { Case } from '../../src/flow/case.ts'
import type { Kind, Socket } from '../../src/observation.ts'
import { judge } from '../../src/verdict/judge.ts'
import { ACK, briefly, caseOf, lookup, segment, socket, SYN } from '../samples.ts'

type Over = Partial<Kind<'reset'>> & { flags?: number; length?: number; caller?: string }

/** An answer to a segment, which `caller` has asked for. */
const refused = (on: Partial<Socket> | null, { flags = ACK, length = 0, caller, ...over }: Over = {}, rest = {}) =>
  caseOf(
    {
      fn: 'tcp_v4_send_reset',
      segment: segment({ flags, length }),
      socket: on === null ? null : socket(on),
      stack: caller === undefined ? [] : ['tcp_v4_send_reset', caller, 'tcp_v4_rcv'],
      flow: null,
      ...over,
    },
    rest,
  )

type Row = [string, Case, string]
const told = (reset: Case) => briefly(judge(reset))

const REJECT = { fn: 'nf_send_reset', stack: ['nf_ct_attach', 'nf_send_reset', 'reject_tg'] }

test.each<Row>([
  ['a SYN', refused(null, { ...REJECT, flags: SYN }), 'firewall-reject, certain'],
  ['data', refused(null, { ...REJECT, length: 5 }), 'firewall-reject, certain'],
  ['without a stack', refused(null, { ...REJECT, stack: [] }), 'firewall-reject, certain'],
  ['no segment that was seen', refused(null, { ...REJECT, segment: null }), 'unknown'],
  ['another function', refused(null, { flags: SYN }), 'no-listener, certain'],
])('firewall-reject: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test.each<Row>([
  ['a listener', refused({ state: 'LISTEN' }, { caller: 'subflow_v4_route_req' }), 'mptcp, certain'],
  ['a request', refused({ state: 'LISTEN' }, { caller: 'subflow_syn_recv_sock' }), 'mptcp, certain'],
  ['of MPTCP itself', refused({}, { caller: 'mptcp_incoming_options' }), 'mptcp, certain'],
  ['not the caller', refused({ state: 'LISTEN' }, { caller: 'tcp_v4_do_rcv' }), 'bad-ack-to-listener, certain'],
  ['without a socket', refused(null, { caller: 'subflow_v4_route_req' }), 'no-socket, certain'],
  ['no segment', refused({ state: 'LISTEN' }, { caller: 'subflow_v4_route_req', segment: null }), 'unknown'],
])('mptcp, in answer: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

const CHECK = { caller: 'tcp_check_req' }
const FULL = { state: 'LISTEN', request: true, backlog: 3, limit: 2 }

test.each<Row>([
  ['a SYN', refused({ state: 'LISTEN', request: true }, { ...CHECK, flags: SYN }), 'invalid-syn, certain'],
  ['a SYN ACK', refused({ state: 'LISTEN', request: true }, { ...CHECK, flags: SYN | ACK }), 'invalid-syn, certain'],
  ['while the queue is full', refused(FULL, { ...CHECK, flags: SYN }), 'invalid-syn, certain'],
  ['by another caller', refused({ state: 'LISTEN' }, { caller: 'tcp_v4_do_rcv', flags: SYN }), 'unknown'],
  ['an ACK', refused(FULL, CHECK), 'accept-queue-overflow, certain'],
])('invalid-syn: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test.each<Row>([
  ['the queue over its limit', refused(FULL, CHECK), 'accept-queue-overflow, certain'],
  ['with data', refused(FULL, { ...CHECK, length: 5 }), 'accept-queue-overflow, certain'],
  ['a limit of 0', refused({ ...FULL, backlog: 1, limit: 0 }, CHECK), 'accept-queue-overflow, certain'],
  // tcp_check_req does not reset for the ACK number: it hands that to the listener (net/ipv4/tcp_minisocks.c).
  ['the queue at its limit', refused({ ...FULL, backlog: 2 }, CHECK), 'unknown'],
  ['a limit not known', refused({ ...FULL, limit: undefined }, CHECK), 'unknown'],
  ['a backlog not known', refused({ ...FULL, backlog: undefined }, CHECK), 'unknown'],
  ['by another caller', refused(FULL, { caller: 'tcp_v4_do_rcv' }), 'bad-ack-in-handshake, certain'],
  ['a request that was not seen', refused({ ...FULL, request: undefined, backlog: 2 }, CHECK), 'unknown'],
])('accept-queue-overflow: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

const LISTENER = { caller: 'tcp_v4_do_rcv' }
const REQUEST = { after: lookup({ found: 'request' }) }

test.each<Row>([
  ['a request was seen', refused({ state: 'LISTEN', request: true }, LISTENER), 'bad-ack-in-handshake, certain'],
  ['a request was looked up', refused({ state: 'LISTEN' }, LISTENER, REQUEST), 'bad-ack-in-handshake, certain'],
  ['both ends opened', refused({ state: 'SYN_RECV' }, LISTENER), 'bad-ack-in-handshake, certain'],
  ['no ACK', refused({ state: 'LISTEN', request: true }, { ...LISTENER, flags: SYN }), 'unknown'],
  ['no ACK, both ends opened', refused({ state: 'SYN_RECV' }, { ...LISTENER, flags: SYN }), 'unknown'],
  ['no request', refused({ state: 'LISTEN' }, LISTENER), 'bad-ack-to-listener, certain'],
  ['no listener', refused({ state: 'ESTABLISHED', request: true }, LISTENER), 'unknown'],
  ['of no answer', refused({ state: 'SYN_RECV' }, { fn: 'tcp_send_active_reset' }), 'unknown'],
])('bad-ack-in-handshake: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test.each<Row>([
  ['an ACK', refused({ state: 'LISTEN' }, LISTENER), 'bad-ack-to-listener, certain'],
  ['data, which ends no handshake', refused({ state: 'LISTEN' }, { ...LISTENER, length: 5 }), 'no-socket, likely'],
  ['a FIN', refused({ state: 'LISTEN' }, { ...LISTENER, flags: ACK | 1 }), 'no-socket, likely'],
  ['a SYN ACK', refused({ state: 'LISTEN' }, { ...LISTENER, flags: SYN | ACK }), 'no-socket, certain'],
  ['of IPv6', refused({ state: 'LISTEN' }, { fn: 'tcp_v6_send_reset' }), 'bad-ack-to-listener, certain'],
  [
    'a listener looked up',
    refused({ state: 'LISTEN' }, LISTENER, { after: lookup({ found: 'listener' }) }),
    'bad-ack-to-listener, certain',
  ],
  ['a SYN', refused({ state: 'LISTEN' }, { ...LISTENER, flags: SYN }), 'unknown'],
  ['a request was looked up', refused({ state: 'LISTEN' }, LISTENER, REQUEST), 'bad-ack-in-handshake, certain'],
  ['asked for by tcp_check_req', refused({ state: 'LISTEN' }, CHECK), 'unknown'],
  ['no segment', refused({ state: 'LISTEN' }, { ...LISTENER, segment: null }), 'unknown'],
])('bad-ack-to-listener: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test.each<Row>([
  ['a SYN ACK', refused({ state: 'SYN_SENT' }, { ...LISTENER, flags: SYN | ACK }), 'bad-syn-ack, certain'],
  ['an ACK', refused({ state: 'SYN_SENT' }, LISTENER), 'bad-syn-ack, certain'],
  ['in SYN_RECV', refused({ state: 'SYN_RECV' }, LISTENER), 'bad-ack-in-handshake, certain'],
  ['without a socket', refused(null, { ...LISTENER, flags: SYN | ACK }), 'no-socket, certain'],
  ['in ESTABLISHED', refused({}, LISTENER), 'unknown'],
])('bad-syn-ack: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

const TIME_WAIT = { state: 'TIME_WAIT', substate: 'TIME_WAIT' }

test.each<Row>([
  ['an ACK', refused(TIME_WAIT), 'time-wait, certain'],
  ['data', refused(TIME_WAIT, { length: 5 }), 'time-wait, certain'],
  ['a SYN', refused(TIME_WAIT, { flags: SYN }), 'time-wait, certain'],
  ['FIN_WAIT2 without data', refused({ ...TIME_WAIT, substate: 'FIN_WAIT2' }), 'time-wait, certain'],
  ['FIN_WAIT2 with data', refused({ ...TIME_WAIT, substate: 'FIN_WAIT2' }, { length: 5 }), 'data-after-close, certain'],
  ['another state', refused({ ...TIME_WAIT, state: 'CLOSE' }), 'unknown'],
  ['of no answer', refused(TIME_WAIT, { fn: 'tcp_send_active_reset' }), 'unknown'],
])('time-wait: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test.each([
  [refused(FULL, CHECK), "the listener's accept queue was full: backlog 3, limit 2"],
  [
    refused({ state: 'SYN_RECV', snd_una: 7, snd_nxt: 8 }),
    "it does not acknowledge this host's SYN, which has snd_una 7 and snd_nxt 8",
  ],
  [
    refused({ state: 'SYN_SENT', snd_nxt: 8 }),
    "it answers a segment with ACK, seq 1000, ack 2000 and 0 bytes of data; this host's snd_nxt is 8",
  ],
  [refused({ ...TIME_WAIT, rcv_nxt: 9 }), 'with rcv_nxt 9'],
  [refused(null, REJECT), '(stack: nf_ct_attach < nf_send_reset < reject_tg)'],
])('the numbers are told: %#', (reset, text) => {
  expect(judge(reset).because.join('\n')).toContain(text)
})
