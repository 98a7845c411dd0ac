// SPDX-License-Identifier: MIT
// What a case knows of its connection's past.
import { expect, test } from 'vitest'
import type { Observation } from '../../src/observation.ts'
import {
  ACK,
  arrival,
  at,
  forgot,
  lost,
  owner,
  packet,
  segment,
  socket,
  state,
  SYN,
  task,
  TUPLE,
  start,
} from '../samples.ts'
import { active, cases, only, replied } from './cases.ts'

const stranded = (ms = 3000) =>
  replied({ at: at(ms), segment: segment({ flags: ACK, length: 5, skb: 'b' }) }).map((one) =>
    one.kind === 'reply' ? { ...one, skb: 'b', at: at(ms + 0.01) } : one,
  )
const pastAfter = (...before: Observation[]) => cases(...before, ...stranded()).at(-1)?.past

const CLOSING = state({ at: at(1000), to: 'FIN_WAIT1', task: task({ pid: 7 }) })
const CLOSED = state({ at: at(1001), from: 'FIN_WAIT2', to: 'CLOSE', task: task({ pid: 0 }) })
const syn = packet({ at: at(2000), segment: segment({ flags: SYN, seq: 5 }) })

test('how its last socket ended, and who had closed it before', () => {
  expect(pastAfter(owner({ at: at(900) }), CLOSING, CLOSED)?.ending).toEqual({
    closed: CLOSED,
    shut: CLOSING,
    owner: task(),
    rstSince: false,
  })
})

test('another socket in the same memory has closed nothing of this one', () => {
  const other = state({ at: at(1002), from: 'ESTABLISHED', tuple: { ...TUPLE, sport: 9 } })
  expect(pastAfter(CLOSING, other, CLOSED)?.ending?.shut).toBeNull()
})

test('the place of its end may be that of another connection, until it begins anew', () => {
  const begun = state({ at: at(2000), from: 'SYN_SENT', to: 'ESTABLISHED' })
  expect(pastAfter(forgot(400))?.forgotBefore).toEqual(at(400))
  expect(pastAfter(forgot(400), begun)?.forgotBefore).toBeNull()
  expect(pastAfter(CLOSING, CLOSED)?.forgotBefore).toBeNull()
})

test('a RST of the peer came since', () => {
  expect(pastAfter(CLOSING, CLOSED, arrival({}, { at: at(1500) }))?.ending?.rstSince).toBe(true)
  expect(pastAfter(arrival({}, { at: at(500) }), CLOSING, CLOSED)?.ending?.rstSince).toBe(false)
})

test.each<[string, Observation[]]>([
  ['a SYN', [syn]],
  ['a connection that was made', [state({ at: at(2000), from: 'SYN_SENT', to: 'ESTABLISHED' })]],
])('%s begins anew', (_, after) => {
  const past = pastAfter(CLOSING, CLOSED, ...after)
  expect([past?.ending, past?.earlier]).toEqual([null, null])
})

test('a SYN of which no connection came, the ACK that was dropped, and the listeners that closed since', () => {
  const drop = packet({ at: at(2001), fn: 'tcp_check_req', segment: segment({ flags: ACK }), first: false })
  const listener = { ...TUPLE, saddr: '0.0.0.0', sport: 0, daddr: '0.0.0.0' }
  const before = state({ at: at(1999), from: 'LISTEN', tuple: listener })
  const since = state({ at: at(2002), from: 'LISTEN', tuple: listener })
  const other = state({ at: at(2003), from: 'LISTEN', tuple: { ...listener, dport: 81 } })
  expect(pastAfter(before, syn, drop, since, other)?.handshake).toEqual({
    syn,
    dropped: drop,
    listenersClosed: [since],
  })
  const child = state({ at: at(2003), from: 'SYN_RECV', to: 'ESTABLISHED' })
  expect(pastAfter(syn, drop, child)?.handshake).toBeNull()
})

test('the RST that had ended it, with what became of that since', () => {
  const first = active({ at: at(1000), socket: socket({ state: 'CLOSE' }) })
  const found = cases(first, ...stranded())
  expect(found.at(-1)?.past.earlier?.reset).toBe(first)
  expect(found[0]?.past.earlier).toBeNull()
})

test('the first RST is the one, and none that left a listener or a SYN_SENT alone', () => {
  const [first, ...others] = [1000, 1100].map((ms) => active({ at: at(ms), socket: socket({ state: 'CLOSE' }) }))
  if (first === undefined) throw new Error('no reset')
  expect(cases(first, ...others, ...stranded()).at(-1)?.past.earlier?.reset).toBe(first)
  for (const state of ['LISTEN', 'SYN_SENT', 'SYN_RECV']) {
    const left = replied({ at: at(1000), socket: socket({ state }) })
    expect(cases(...left, ...stranded()).at(-1)?.past.earlier).toBeNull()
  }
})

test('since when the trace sees', () => {
  expect(only(start({ at: at(5) }), ...stranded()).traced).toEqual(at(5))
  expect(only(lost('events', 1), ...stranded()).traced).toBeNull()
})
