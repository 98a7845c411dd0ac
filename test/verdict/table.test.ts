// SPDX-License-Identifier: MIT
// The order of the rules: where two explain one case the first names the cause, and nowhere else do two explain one.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { Case } from '../../src/flow/case.ts'
import { correlate } from '../../src/flow/correlate.ts'
import { order } from '../../src/flow/order.ts'
import type { Kind, Segment, Socket } from '../../src/observation.ts'
import { decode } from '../../src/recording/decode.ts'
import type { CauseId } from '../../src/verdict/causes.ts'
import { judge } from '../../src/verdict/judge.ts'
import { RULES } from '../../src/verdict/table.ts'
import { ACK, arrival, at, caseOf, drop, lookup, RST, RST_ACK, segment, socket, SYN } from '../samples.ts'

/** A RST that answers a segment; `caller` called for it. */
const replied = (over: Partial<Kind<'reset'>>, caller = 'tcp_v4_do_rcv', stateBefore?: string) =>
  caseOf(
    {
      fn: 'tcp_v4_send_reset',
      segment: segment({ length: 5 }),
      flow: null,
      stack: ['tcp_v4_send_reset', caller],
      ...over,
    },
    stateBefore === undefined ? {} : { stateBefore },
  )

const SUBFLOW = 'subflow_syn_recv_sock'
const FIN_WAIT2 = socket({ state: 'TIME_WAIT', substate: 'FIN_WAIT2' })
const ORPHAN = socket({ state: 'CLOSE', dead: true, linger2: -1 })

/** A kernel's reply to bytes of this host, `ms` after the segment before it. */
const obeyed = (state: string, ms: number) =>
  caseOf({
    at: at(900 + ms),
    segment: segment({ flags: RST, window: 0 }),
    socket: socket({ state, snd_nxt: 2005, retransmits: 0, rcv_wnd: 500 }),
  })

/** A RST that nobody asked for, after 30 s. */
const unasked = (flags: number, ttl: number) =>
  caseOf({ at: at(30_900), segment: segment({ flags, ttl }), socket: socket({ retransmits: 0, probes_out: 0 }) })

/** A RST by lo, of a connection whose segments go by eth0. */
const byLo = (state: string, flags: number, on: Partial<Socket> = {}, over: Partial<Segment> = {}): Case => ({
  ...caseOf({
    segment: segment({ flags, window: 0, ...over }),
    socket: socket({ state, route: 2, ...on }),
    own_rst: 60e9,
  }),
  dev: 'lo',
  flowDev: 'eth0',
})

/** A RST that came in at 9000 and was dropped for `reason`. */
const ignored = (reason: string, on: Partial<Kind<'reset'>>, after: Case['after'] = null) =>
  caseOf(
    { fn: 'tcp_v4_rcv', segment: arrival({ seq: 9000 }).segment, flow: null, ...on },
    { drop: drop('tcp_v4_rcv', reason), after },
  )

const NONE = { socket: null }
const ESTABLISHED = lookup({ found: 'established', state: 'ESTABLISHED', rcv_nxt: 1000, rcv_wnd: 500 })
const NEAR = lookup({ found: 'established', state: 'ESTABLISHED', rcv_nxt: 8999, rcv_wnd: 500 })
const CONNECTING = lookup({ found: 'established', state: 'SYN_SENT', snd_nxt: 2001 })

/** A case that both rules explain, the first of them being the one to believe. */
const OVERLAPS: readonly [CauseId, CauseId, Case][] = [
  ['mptcp', 'linger2-abort', replied({ socket: ORPHAN }, SUBFLOW, 'FIN_WAIT2')],
  ['mptcp', 'data-after-close', replied({ socket: socket({ state: 'CLOSE' }) }, SUBFLOW, 'FIN_WAIT1')],
  ['mptcp', 'time-wait', replied({ socket: FIN_WAIT2 }, SUBFLOW)],
  ['mptcp', 'bad-ack-in-handshake', replied({ socket: socket({ state: 'LISTEN', request: true }) }, SUBFLOW)],
  ['mptcp', 'bad-syn-ack', replied({ socket: socket({ state: 'SYN_SENT' }) }, SUBFLOW)],
  ['linger2-abort', 'data-after-close', replied({ socket: ORPHAN }, undefined, 'FIN_WAIT2')],
  ['data-after-close', 'time-wait', replied({ socket: FIN_WAIT2 })],
  [
    'invalid-syn',
    'bad-ack-in-handshake',
    replied({ socket: socket({ state: 'SYN_RECV' }), segment: segment({ flags: SYN | ACK }) }, 'tcp_check_req'),
  ],
  ['write-after-peer-close', 'idle-expiry', obeyed('CLOSE_WAIT', 30_000)],
  ['write-after-peer-close', 'peer-has-no-socket', obeyed('CLOSE_WAIT', 1)],
  ['idle-expiry', 'peer-has-no-socket', obeyed('ESTABLISHED', 30_000)],
  ['local-injection', 'connection-refused', byLo('SYN_SENT', RST_ACK)],
  ['local-injection', 'write-after-peer-close', byLo('CLOSE_WAIT', RST, { snd_nxt: 2005 })],
  ['local-injection', 'idle-expiry', { ...unasked(RST, 64), dev: 'lo', flowDev: 'eth0' }],
  ['local-injection', 'forged', byLo('ESTABLISHED', RST_ACK, {}, { ttl: 7 })],
  ['local-injection', 'peer-aborted', byLo('ESTABLISHED', RST_ACK)],
  ['local-injection', 'peer-has-no-socket', byLo('ESTABLISHED', RST)],
  ['idle-expiry', 'peer-aborted', unasked(RST_ACK, 64)],
  ['idle-expiry', 'forged', unasked(RST_ACK, 63)],
  [
    'peer-aborted',
    'peer-has-no-socket',
    {
      ...obeyed('ESTABLISHED', 1),
      others: [arrival({ flags: RST_ACK, seq: 1015 }, { at: at(900) })],
    },
  ],
  ['ignored-invalid', 'ignored-syn-sent', ignored('TCP_CSUM', { socket: socket({ state: 'SYN_SENT' }) })],
  ['ignored-invalid', 'ignored-no-socket', ignored('TCP_CSUM', NONE, lookup({ found: 'none' }))],
  ['ignored-invalid', 'ignored-out-of-window', ignored('TCP_CSUM', { socket: socket({ rcv_wnd: 500 }) })],
  ['ignored-invalid', 'ignored-challenge-ack', ignored('TCP_CSUM', { socket: socket({ rcv_wnd: 9000 }) })],
  ['ignored-syn-sent', 'ignored-no-socket', ignored('NO_SOCKET', NONE, CONNECTING)],
  ['ignored-no-socket', 'ignored-out-of-window', ignored('NO_SOCKET', NONE, ESTABLISHED)],
  ['ignored-no-socket', 'ignored-challenge-ack', ignored('NO_SOCKET', NONE, NEAR)],
]

const explaining = (reset: Case): CauseId[] =>
  RULES.filter(({ explain }) => explain(reset) !== undefined).map(({ cause }) => cause.id)

test.each(OVERLAPS)('%s comes before %s', (first, second, reset) => {
  expect(explaining(reset)).toEqual(expect.arrayContaining([first, second]))
  expect(judge(reset).cause).toBe(first)
})

const ROOT = fileURLToPath(new URL('../../fixtures/6.12/', import.meta.url))

const casesOf = (name: string): Case[] => {
  const lines = readFileSync(`${ROOT}${name}/recording.jsonl`, 'utf8').trimEnd().split('\n')
  const [ordered, cases] = [order(250_000_000), correlate()]
  const observations = lines.flatMap((line, index) => ordered.push(decode(line, index + 1)))
  return [...observations, ...ordered.flush()].flatMap(cases.push).concat(cases.flush())
}

describe('in the recordings of Linux 6.12', () => {
  const known = new Set(OVERLAPS.map(([first, second]) => `${first} and ${second}`))

  test('no other two rules explain one case', () => {
    const others = readdirSync(ROOT)
      .flatMap(casesOf)
      .flatMap((reset) => {
        const [first, ...rest] = explaining(reset)
        return rest.map((second) => `${first} and ${second}`)
      })
    expect(others.filter((pair) => !known.has(pair))).toEqual([])
    expect(others).not.toEqual([])
  })
})
