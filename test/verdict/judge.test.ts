// SPDX-License-Identifier: MIT
// The table of rules as a whole, and what every verdict says; the rules have a file of tests for each of theirs.
import { expect, test } from 'vitest'
import type { Case } from '../../src/flow/case.ts'
import { CAUSES, isCause } from '../../src/verdict/causes.ts'
import { judge } from '../../src/verdict/judge.ts'
import { RULES } from '../../src/verdict/table.ts'
import type { Verdict } from '../../src/verdict/verdict.ts'
import { arrival, caseOf, drop, lookup, RST, segment, socket, SYN } from '../samples.ts'

const answered = (over: Parameters<typeof caseOf>[0] = {}, rest: Partial<Case> = {}) =>
  caseOf({ fn: 'tcp_v4_send_reset', segment: segment({ flags: SYN }), socket: null, flow: null, ...over }, rest)

/** close() of a socket of which all was read. */
const closed = (stack: string[], stateBefore: string | null = 'ESTABLISHED') =>
  caseOf({ fn: 'tcp_send_active_reset', segment: null, socket: socket({ state: 'CLOSE' }), stack }, { stateBefore })
const CLOSE = ['tcp_send_active_reset', '__tcp_close', 'tcp_close']

const obeyed = (over: Parameters<typeof segment>[0]) => caseOf({ segment: segment({ flags: RST, ...over }) })
const ignored = (rest: Partial<Case> = {}) =>
  caseOf({ fn: 'tcp_v4_rcv', segment: arrival().segment, socket: null, flow: null }, rest)

test('a gap lowers what is certain to likely, and is said', () => {
  const verdict = judge({ ...answered(), gaps: ['3 events or look-ups were lost until then'] })
  expect(verdict).toMatchObject({ cause: 'no-listener', confidence: 'likely' })
  expect(verdict.because.at(-1)).toBe('3 events or look-ups were lost until then')
})

test('a gap makes no cause of unknown', () => {
  expect(judge({ ...closed(CLOSE), gaps: ['gap'] })).toMatchObject({ cause: 'unknown', confidence: 'unknown' })
})

test("the kernel's own reason is said", () => {
  expect(judge(answered({ reason: 'NO_SOCKET' })).because).toContain("the kernel's own reason: NO_SOCKET")
})

test.each([
  [
    lookup({ found: 'none' }),
    '1.5 ms after the reset the TCP hash (module) held nothing for this 5-tuple, and no listener',
  ],
  [
    lookup({ found: 'listener', backlog: 3, limit: 128 }, { source: 'ss' }),
    '1.5 ms after the reset the TCP hash (ss) held no socket for this 5-tuple; a listener would take a SYN (backlog 3, limit 128)',
  ],
  [
    lookup({ found: 'timewait', state: 'TIME_WAIT', substate: 'FIN_WAIT2', rcv_nxt: 5 }),
    '1.5 ms after the reset the TCP hash (module) held a socket in FIN_WAIT2 (rcv_nxt 5)',
  ],
  [lookup({ found: null, error: 'EIO' }), '1.5 ms after the reset the look-up in the TCP hash (module) failed: EIO'],
  [null, 'the TCP hash was not asked: it is not known whether a socket remained'],
])('the TCP hash is quoted: %#', (after, sentence) => {
  expect(judge(answered({}, { after })).because).toContain(sentence)
})

const owing = ({ because }: Verdict) => because.filter((one) => one.startsWith('without the TCP hash'))

test('what the verdict owes to the TCP hash is said, and only then', () => {
  const taken = ignored({ drop: drop('tcp_rcv_state_process', 'NOT_SPECIFIED'), after: lookup({ found: 'listener' }) })
  expect(judge(taken).cause).toBe('ignored-listener')
  expect(owing(judge(taken))).toEqual(['without the TCP hash the cause would be unknown'])
  expect(owing(judge(answered({}, { after: lookup({ found: 'none' }) })))).toEqual([])
})

test.each([
  ['the stack', closed([]), 'missing: the stack, which names the caller'],
  ['the state before', closed(CLOSE, null), 'missing: the state before the reset; the change to CLOSE was not seen'],
  [
    'what became of it',
    caseOf({ fn: 'tcp_v4_rcv', flow: null }),
    'missing: the end of this RST; neither tcp_reset nor a drop was seen',
  ],
  ['nothing', obeyed({ window: 502 }), 'no rule explains this path'],
])('unknown says what was missing: %s', (_, reset, sentence) => {
  expect(judge(reset).because).toContain(sentence)
})

test.each<[string, Case, string]>([
  [
    'an answer',
    answered({ socket: socket({ state: 'LISTEN' }), stack: ['tcp_v4_send_reset', 'tcp_v4_do_rcv', 'tcp_v4_rcv'] }),
    'tcp_v4_send_reset ran, called by tcp_v4_do_rcv < tcp_v4_rcv, for a segment with SYN, seq 1000, 0 bytes of data, on a socket in LISTEN',
  ],
  [
    'of its own accord',
    closed(CLOSE),
    'tcp_send_active_reset ran, called by __tcp_close < tcp_close, on a socket in ESTABLISHED',
  ],
  ['an arrival', ignored(), 'tcp_v4_rcv ran, for a segment with RST, seq 1000, 0 bytes of data, without a socket'],
])('unknown says what was seen: %s', (_, reset, sentence) => {
  expect(judge(reset).because[0]).toBe(sentence)
})

test('every cause but unknown has a rule, and every rule a cause', () => {
  const causes = new Set<string>(RULES.map(({ cause }) => cause.id))
  expect([...causes, 'unknown'].toSorted()).toEqual(Object.keys(CAUSES).toSorted())
  expect(isCause('toString')).toBe(false)
})

test('some causes have two rules: of its own accord, and in answer; at once, and late', () => {
  const all = RULES.map(({ cause }) => cause.id)
  expect(all.filter((cause, index) => all.indexOf(cause) < index).toSorted()).toEqual([
    'accept-queue-overflow',
    'data-after-close',
    'linger2-abort',
    'listener-closed',
    'mptcp',
    'unread-data-on-close',
  ])
})

test.each<[string, Case, object]>([
  ['sent', answered(), { outcome: 'sent', cause: 'no-listener', who: 'local-kernel' }],
  ['received', obeyed({ window: 0 }), { outcome: 'received', cause: 'peer-has-no-socket', who: 'peer-kernel' }],
  [
    'ignored',
    ignored({ after: lookup({ found: 'none' }) }),
    { outcome: 'ignored', cause: 'ignored-no-socket', who: 'unknown' },
  ],
  ['unknown, sent', closed(CLOSE), { outcome: 'sent', cause: 'unknown', who: 'unknown' }],
  ['unknown, received', ignored(), { outcome: 'received', cause: 'unknown', who: 'unknown' }],
])('the outcome: %s', (_, reset, expected) => {
  expect(judge(reset)).toMatchObject(expected)
})

test('the outcome of each cause goes by its place in the table', () => {
  const outcomes = RULES.map(({ cause }) => cause.outcome)
  expect(outcomes.filter((outcome, index) => outcome !== outcomes[index - 1])).toEqual(['sent', 'received', 'ignored'])
  for (const { cause } of RULES) expect(cause.id.startsWith('ignored-')).toBe(cause.outcome === 'ignored')
})
