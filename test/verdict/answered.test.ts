// SPDX-License-Identifier: MIT
// The RST that answers a segment, without a socket or for one that is done with: a table for each rule, of what it
// explains and its neighbours.
import { expect, test } from 'vitest'
import type { Case } from '../../src/flow/case.ts'
import type { Kind } from '../../src/observation.ts'
import { judge } from '../../src/verdict/judge.ts'
import { ACK, briefly, caseOf, lookup, reset, segment, socket, SYN } from '../samples.ts'

const answered = (over: Partial<Kind<'reset'>> = {}, rest: Partial<Case> = {}) =>
  caseOf({ fn: 'tcp_v4_send_reset', segment: segment({ flags: SYN }), socket: null, flow: null, ...over }, rest)
const withFlags = (flags: number, length = 0) => answered({ segment: segment({ flags, length }) })

type Row = [string, Case, string]
const told = (reset: Case) => briefly(judge(reset))

test.each<Row>([
  ['a SYN', withFlags(SYN), 'no-listener, certain'],
  ['a SYN with ECN', withFlags(SYN | 0xc0), 'no-listener, certain'],
  ['a SYN with data', withFlags(SYN, 5), 'no-listener, certain'],
  ['of IPv6', answered({ fn: 'tcp_v6_send_reset' }), 'no-listener, certain'],
  ['a SYN that a listener got', answered({ socket: socket({ state: 'LISTEN' }) }), 'unknown'],
  ['no segment that was seen', answered({ segment: null }), 'unknown'],
  ['of another function', answered({ fn: 'tcp_send_active_reset' }), 'unknown'],
  [
    'a BPF program hides a listener',
    answered({}, { after: lookup({ found: 'none', hidden: true }) }),
    'no-listener, likely',
  ],
  ['beside a listener', answered({}, { after: lookup({ found: 'listener' }) }), 'no-listener, likely'],
  ['none, nor hidden', answered({}, { after: lookup({ found: 'none' }) }), 'no-listener, certain'],
])('no-listener: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test.each([{ hidden: true, found: 'none' as const }, { found: 'listener' as const }])(
  'no-listener: that nothing listens is not said beside a listener',
  (answer) => {
    const text = judge(answered({}, { after: lookup(answer) })).because.join('\n')
    expect(text).not.toContain('nothing listens')
    expect(text).toContain('a listener would take it')
  },
)

test('near misses: that there are more network namespaces is said', () => {
  const after = lookup({ found: 'none', netns_seen: 64, netns_cut: true })
  expect(judge(answered({}, { after })).because.join('\n')).toContain('64 were looked into, and none has the 5-tuple')
})

test.each<Row>([
  ['an ACK', withFlags(ACK), 'no-socket, certain'],
  ['a SYN ACK', withFlags(SYN | ACK), 'no-socket, certain'],
  ['data', withFlags(24, 5), 'no-socket, certain'],
  ['no flag at all', withFlags(0), 'no-socket, certain'],
  ['a FIN alone', withFlags(1), 'no-socket, certain'],
  ['of IPv6', answered({ fn: 'tcp_v6_send_reset', segment: segment() }), 'no-socket, certain'],
  ['a SYN', withFlags(SYN), 'no-listener, certain'],
  ['for a socket', answered({ segment: segment(), socket: socket() }), 'unknown'],
])('no-socket: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

/** The ACK of a FIN, for a socket of which close() was called. */
const orphan = (over: Parameters<typeof socket>[0] = {}) => socket({ state: 'CLOSE', dead: true, linger2: -1, ...over })
const closed = (on = orphan(), rest: Partial<Case> = {}, length = 0) =>
  answered({ segment: segment({ flags: ACK, length }), socket: on }, { stateBefore: 'FIN_WAIT2', ...rest })
const trap = reset({ segment: segment({ length: 5 }) })

test.each<Row>([
  ['in FIN_WAIT2', closed(), 'linger2-abort, certain'],
  ['in FIN_WAIT1', closed(orphan(), { stateBefore: 'FIN_WAIT1' }), 'linger2-abort, certain'],
  ['with data', closed(orphan(), {}, 5), 'linger2-abort, certain'],
  ['with data for which tcp_reset ran', closed(orphan(), { withoutRst: trap }, 5), 'data-after-close, certain'],
  ['no orphan', closed(orphan({ dead: false })), 'unknown'],
  ['TCP_LINGER2 of 0', closed(orphan({ linger2: 0 })), 'unknown'],
  ['TCP_LINGER2 of 0, with data', closed(orphan({ linger2: 0 }), {}, 5), 'data-after-close, certain'],
  ['TCP_LINGER2 not known', closed(orphan({ linger2: undefined })), 'unknown'],
  ['in LAST_ACK', closed(orphan(), { stateBefore: 'LAST_ACK' }), 'unknown'],
  ['in a state not known', closed(orphan(), { stateBefore: null }), 'unknown'],
])('linger2-abort, by the ACK of the FIN: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

const MINI = { sk: 'ffff8001', state: 'TIME_WAIT', substate: 'FIN_WAIT2', rcv_nxt: 1000 }
const afterClose = (stateBefore: string | null, length = 5) =>
  answered({ segment: segment({ length }), socket: socket({ state: 'CLOSE' }) }, { stateBefore })

test.each<Row>([
  [
    'FIN_WAIT2, a mini-socket',
    answered({ segment: segment({ length: 5 }), socket: MINI }),
    'data-after-close, certain',
  ],
  ['FIN_WAIT1', afterClose('FIN_WAIT1'), 'data-after-close, certain'],
  ['FIN_WAIT2', afterClose('FIN_WAIT2'), 'data-after-close, certain'],
  ['FIN_WAIT2, one byte', afterClose('FIN_WAIT2', 1), 'data-after-close, certain'],
  ['FIN_WAIT2, a mini-socket, no data', answered({ segment: segment(), socket: MINI }), 'time-wait, certain'],
  ['FIN_WAIT2, no data', afterClose('FIN_WAIT2', 0), 'unknown'],
  // A length that was read from a damaged header.
  ['FIN_WAIT2, less than no data', afterClose('FIN_WAIT2', -20), 'unknown'],
  [
    'TIME_WAIT proper',
    answered({ segment: segment({ length: 5 }), socket: { ...MINI, substate: 'TIME_WAIT' } }),
    'time-wait, certain',
  ],
  ['a request', answered({ segment: segment({ length: 5 }), socket: { sk: 'a', state: 'NEW_SYN_RECV' } }), 'unknown'],
  ...['ESTABLISHED', 'CLOSE_WAIT', 'LAST_ACK', 'SYN_SENT', null].map((stateBefore): Row => [
    String(stateBefore),
    afterClose(stateBefore),
    'unknown',
  ]),
])('data-after-close: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

const firstOf = (withoutRst: Case['withoutRst']) => judge({ ...afterClose('FIN_WAIT2'), withoutRst }).because[0]

test('says whether tcp_reset ran before', () => {
  expect(firstOf(trap)).toMatch(/^tcp_reset and then tcp_v4_send_reset ran /)
  expect(firstOf(null)).toMatch(/^tcp_v4_send_reset ran /)
})

test('the segment is told, and the port or the number that it came for', () => {
  expect(judge(withFlags(SYN)).because[0]).toBe(
    'tcp_v4_send_reset ran without a socket, for a segment with SYN, seq 1000, ack 2000 and 0 bytes of data: nothing listens on port 80 for it',
  )
  expect(judge(closed()).because).toContain("TCP_LINGER2 is -1: it may not wait in FIN_WAIT2 for the peer's FIN")
  expect(judge(answered({ segment: segment({ length: 5 }), socket: MINI })).because[1]).toContain('after rcv_nxt 1000')
})
