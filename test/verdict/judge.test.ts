// SPDX-License-Identifier: MIT
// One table for each rule: what it explains, and its neighbours that it does not.
import { describe, expect, test } from 'vitest'
import type { Case } from '../../src/flow/case.ts'
import { isCause, CAUSES } from '../../src/verdict/causes.ts'
import { judge, RULES } from '../../src/verdict/judge.ts'
import { at, caseOf, flow, lookup, reset, RST, RST_ACK, segment, socket, SYN, task } from '../samples.ts'

const caused = (reset: Case) => {
  const { cause, confidence } = judge(reset)
  return confidence === 'unknown' ? cause : `${cause}, ${confidence}`
}

/** What a function's call stack looks like from close(), from a dying process, from SO_LINGER 0. */
const CLOSE = ['tcp_send_active_reset', '__tcp_close', 'tcp_close', 'inet_release', '__x64_sys_close']
const EXIT = ['tcp_send_active_reset', '__tcp_close', 'tcp_close', '__fput', 'task_work_run', 'do_exit']
const LINGER = ['tcp_send_active_reset', 'tcp_disconnect', '__tcp_close', 'tcp_close', 'inet_release']

const FIN_WAIT2_MINI = { sk: 'ffff8001', state: 'TIME_WAIT', substate: 'FIN_WAIT2', rcv_nxt: 1000 }

type Over = Parameters<typeof caseOf>
const answered = (over: Over[0] = {}, rest: Over[1] = {}) =>
  caseOf({ fn: 'tcp_v4_send_reset', segment: segment({ flags: SYN }), socket: null, flow: null, ...over }, rest)
const withData = segment({ length: 5 })

describe('the RST that answers a segment', () => {
  test.each<[string, Case, string]>([
    ['a SYN', answered(), 'no-listener, certain'],
    ['a SYN with ECN', answered({ segment: segment({ flags: SYN | 0xc0 }) }), 'no-listener, certain'],
    ['a SYN that a listener got', answered({ socket: socket({ state: 'LISTEN' }) }), 'unknown'],
    ['an ACK', answered({ segment: segment({ flags: 16 }) }), 'no-socket, certain'],
    ['a SYN ACK', answered({ segment: segment({ flags: 18 }) }), 'no-socket, certain'],
    ['data', answered({ segment: withData }), 'no-socket, certain'],
    ['no segment that was seen', answered({ segment: null }), 'unknown'],
    [
      'an ACK of a listener',
      answered({ segment: segment({ flags: 16 }), socket: socket({ state: 'LISTEN' }) }),
      'unknown',
    ],
    [
      'data in FIN_WAIT2, a mini-socket',
      answered({ segment: withData, socket: FIN_WAIT2_MINI }),
      'data-after-close, certain',
    ],
    ['no data in FIN_WAIT2', answered({ segment: segment(), socket: FIN_WAIT2_MINI }), 'unknown'],
    [
      'data in TIME_WAIT proper',
      answered({ segment: withData, socket: { ...FIN_WAIT2_MINI, substate: 'TIME_WAIT' } }),
      'unknown',
    ],
    ['data in a request', answered({ segment: withData, socket: { sk: 'a', state: 'NEW_SYN_RECV' } }), 'unknown'],
    ...(['FIN_WAIT1', 'FIN_WAIT2'] as const).map((stateBefore): [string, Case, string] => [
      `data in ${stateBefore}`,
      answered({ segment: withData, socket: socket({ state: 'CLOSE' }) }, { stateBefore }),
      'data-after-close, certain',
    ]),
    ...(['ESTABLISHED', 'CLOSE_WAIT', 'LAST_ACK', 'SYN_SENT', null] as const).map(
      (stateBefore): [string, Case, string] => [
        `data in ${stateBefore}`,
        answered({ segment: withData, socket: socket({ state: 'CLOSE' }) }, { stateBefore }),
        'unknown',
      ],
    ),
  ])('%s', (_, reset, expected) => expect(caused(reset)).toBe(expected))

  test('says whether tcp_reset ran before', () => {
    const over = { segment: withData, socket: socket({ state: 'CLOSE' }) }
    const trap = reset({ segment: withData })
    const because = (withoutRst: Case['withoutRst']) =>
      judge(answered(over, { stateBefore: 'FIN_WAIT2', withoutRst })).because[0]
    expect(because(trap)).toMatch(/^tcp_reset and then tcp_v4_send_reset ran /)
    expect(because(null)).toMatch(/^tcp_v4_send_reset ran /)
  })
})

/** A close() that left `unread` bytes, in a socket that was in `stateBefore`. */
const aborted = (over: {
  unread?: number
  stack?: string[]
  stateBefore?: string | null
  exit_code?: number | null
  linger?: boolean
  lingertime?: number
  closer?: null
}) => {
  const {
    unread = 5,
    stack = CLOSE,
    stateBefore = 'ESTABLISHED',
    exit_code = null,
    linger = false,
    lingertime = 0,
  } = over
  const by = task({ exit_code })
  const on = socket({ state: 'CLOSE', rcv_nxt: 1000, copied_seq: (1000 - unread) >>> 0, linger, lingertime })
  return caseOf(
    { fn: 'tcp_send_active_reset', segment: null, socket: on, task: by, stack, flow: null },
    { stateBefore, closer: over.closer === null ? null : by },
  )
}

describe('the RST that this host sends of its own accord', () => {
  test.each<[string, Case, string]>([
    ['close() with unread data', aborted({}), 'unread-data-on-close, certain'],
    ['close() with one unread byte', aborted({ unread: 1 }), 'unread-data-on-close, certain'],
    ['close() with unread data over the wrap', aborted({ unread: 2000 }), 'unread-data-on-close, certain'],
    ['close() with all read', aborted({ unread: 0 }), 'unknown'],
    ["close() with the peer's FIN unread", aborted({ unread: 1, stateBefore: 'CLOSE_WAIT' }), 'unknown'],
    [
      'close() with data and FIN unread',
      aborted({ unread: 2, stateBefore: 'CLOSE_WAIT' }),
      'unread-data-on-close, certain',
    ],
    [
      'close() with unread data, SO_LINGER on with time',
      aborted({ linger: true, lingertime: 100 }),
      'unread-data-on-close, certain',
    ],
    ['exit with unread data', aborted({ stack: EXIT, exit_code: 0 }), 'process-died, certain'],
    ['SIGKILL with unread data', aborted({ stack: EXIT, exit_code: 9 }), 'process-died, certain'],
    ['exit with all read', aborted({ stack: EXIT, exit_code: 0, unread: 0 }), 'unknown'],
    [
      'exit with the FIN unread',
      aborted({ stack: EXIT, exit_code: 0, unread: 1, stateBefore: 'CLOSE_WAIT' }),
      'unknown',
    ],
    ['a stack too short for do_exit, of a task that exits', aborted({ exit_code: 9 }), 'process-died, certain'],
    ['close() by nobody known', aborted({ closer: null }), 'unknown'],
    ['SO_LINGER 0', aborted({ stack: LINGER, unread: 0, linger: true }), 'linger-zero, certain'],
    ['SO_LINGER 0 with unread data', aborted({ stack: LINGER, linger: true }), 'linger-zero, certain'],
    [
      'SO_LINGER 0 at exit',
      aborted({ stack: [...LINGER, 'do_exit'], linger: true, exit_code: 9 }),
      'linger-zero, certain',
    ],
    ['SO_LINGER with time', aborted({ stack: LINGER, unread: 0, linger: true, lingertime: 100 }), 'unknown'],
    ['SO_LINGER off', aborted({ stack: LINGER, unread: 0 }), 'unknown'],
    [
      'connect(AF_UNSPEC)',
      aborted({ stack: ['tcp_send_active_reset', 'tcp_disconnect', '__inet_stream_connect'], linger: true }),
      'unknown',
    ],
    [
      'a timer, with unread data',
      aborted({ stack: ['tcp_send_active_reset', 'tcp_keepalive_timer'], closer: null }),
      'unknown',
    ],
    ['no stack', aborted({ stack: [] }), 'unknown'],
  ])('%s', (_, reset, expected) => expect(caused(reset)).toBe(expected))

  test('counts the bytes, without the FIN', () => {
    expect(judge(aborted({ unread: 17 })).because[1]).toBe(
      '17 bytes of the peer were unread: rcv_nxt 1000, copied_seq 983',
    )
    expect(judge(aborted({ unread: 18, stateBefore: 'CLOSE_WAIT' })).because[1]).toMatch(/^17 bytes /)
  })

  test.each([
    [0, 'exit(0)'],
    [256, 'exit(1)'],
    [9, 'signal 9'],
    [139, 'signal 11'],
  ])('exit_code %d is %s', (exit_code, text) => {
    expect(judge(aborted({ stack: EXIT, exit_code })).because[0]).toContain(`by ${text} (`)
  })
})

const received = (
  flags: number,
  on: Parameters<typeof socket>[0],
  over: Parameters<typeof segment>[0] = {},
  rest: Over[0] = {},
) => caseOf({ segment: segment({ flags, seq: 1000, window: 0, ...over }), socket: socket(on), ...rest })

describe('a RST that was obeyed', () => {
  test.each<[string, Case, string]>([
    ['in SYN_SENT', received(RST_ACK, { state: 'SYN_SENT' }), 'connection-refused, certain'],
    [
      'in SYN_SENT, of another TTL',
      received(RST_ACK, { state: 'SYN_SENT' }, { ttl: 3 }),
      'connection-refused, certain',
    ],
    ['in SYN_RECV', received(RST, { state: 'SYN_RECV' }), 'unknown'],
    [
      'bare, in CLOSE_WAIT, bytes in flight',
      received(RST, { state: 'CLOSE_WAIT', snd_nxt: 2005 }),
      'write-after-peer-close, likely',
    ],
    [
      'bare, in CLOSE_WAIT, in flight over the wrap',
      received(RST, { state: 'CLOSE_WAIT', snd_una: 2 ** 32 - 3, snd_nxt: 2 }),
      'write-after-peer-close, likely',
    ],
    [
      'bare, in LAST_ACK, bytes and FIN in flight',
      received(RST, { state: 'LAST_ACK', snd_nxt: 2006 }),
      'write-after-peer-close, likely',
    ],
    [
      'bare, in CLOSING, bytes and FIN in flight',
      received(RST, { state: 'CLOSING', snd_nxt: 2006 }),
      'write-after-peer-close, likely',
    ],
    [
      'bare, in LAST_ACK, only the FIN in flight',
      received(RST, { state: 'LAST_ACK', snd_nxt: 2001 }),
      'peer-has-no-socket, likely',
    ],
    ['bare, in CLOSE_WAIT, nothing in flight', received(RST, { state: 'CLOSE_WAIT' }), 'peer-has-no-socket, likely'],
    ['bare, in ESTABLISHED, bytes in flight', received(RST, { snd_nxt: 2005 }), 'peer-has-no-socket, likely'],
    ['bare, in ESTABLISHED', received(RST, {}), 'peer-has-no-socket, likely'],
    ['bare, with a window', received(RST, {}, { window: 502 }), 'unknown'],
    ['bare, of another seq', received(RST, {}, { seq: 1001 }), 'unknown'],
    ['with ACK', received(RST_ACK, {}), 'peer-aborted, likely'],
    ['with ACK and a window', received(RST_ACK, {}, { window: 502 }), 'peer-aborted, likely'],
    [
      'with ACK, in CLOSE_WAIT, bytes in flight',
      received(RST_ACK, { state: 'CLOSE_WAIT', snd_nxt: 2005 }),
      'peer-aborted, likely',
    ],
    ['with ACK, of another seq', received(RST_ACK, {}, { seq: 999 }), 'unknown'],
    ["with ACK, of a TTL that is not the flow's", received(RST_ACK, {}, { ttl: 63 }), 'unknown'],
    ["bare, of a TTL that is not the flow's", received(RST, {}, { ttl: 255 }), 'unknown'],
    [
      'bare, in CLOSE_WAIT, of a foreign TTL',
      received(RST, { state: 'CLOSE_WAIT', snd_nxt: 2005 }, { ttl: 63 }),
      'unknown',
    ],
    ['with ACK, of a flow whose TTL is not known', received(RST_ACK, {}, {}, { flow: null }), 'peer-aborted, likely'],
    ['without a socket', received(RST_ACK, {}, {}, { socket: null }), 'unknown'],
  ])('%s', (_, reset, expected) => expect(caused(reset)).toBe(expected))

  test('a foreign TTL is said, with both numbers', () => {
    expect(judge(received(RST_ACK, {}, { ttl: 63 })).because[1]).toContain('the RST has TTL 63 and the flow has TTL 64')
  })

  test('the silence before it is said', () => {
    expect(judge(received(RST_ACK, {}, {}, { flow: flow({ last: at(250) }) })).because).toContain(
      'the segment before it had come 750 ms earlier',
    )
  })
})

test('a gap lowers what is certain to likely, and is said', () => {
  const verdict = judge({ ...answered(), gaps: ['3 events or look-ups were lost until then'] })
  expect(verdict).toMatchObject({ cause: 'no-listener', confidence: 'likely' })
  expect(verdict.because.at(-1)).toBe('3 events or look-ups were lost until then')
})

test('a gap makes no cause of unknown', () => {
  expect(judge({ ...aborted({ unread: 0 }), gaps: ['gap'] })).toMatchObject({ cause: 'unknown', confidence: 'unknown' })
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
  [lookup({ found: null, error: 'EIO' }), '1.5 ms after the reset the TCP hash (module) held no known content (EIO)'],
  [null, 'the TCP hash was not asked: whether a socket was left is not known'],
])('the TCP hash is quoted: %#', (after, sentence) => {
  expect(judge(answered({}, { after })).because).toContain(sentence)
})

test.each([
  ['the stack', aborted({ stack: [] }), 'missing: the stack, which tells who called'],
  [
    'the state before',
    aborted({ unread: 0, stateBefore: null }),
    'missing: the state until the reset; the change to CLOSE was not seen',
  ],
  ['nothing', received(RST, {}, { window: 502 }), 'no rule explains this path'],
])('unknown says what was missing: %s', (_, reset, sentence) => {
  expect(judge(reset).because).toContain(sentence)
})

test('every cause but unknown has a rule, and every rule a cause', () => {
  expect([...RULES.map(({ cause }) => cause), 'unknown'].toSorted()).toEqual(Object.keys(CAUSES).toSorted())
  expect(isCause('toString')).toBe(false)
})
