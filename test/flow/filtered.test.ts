// SPDX-License-Identifier: MIT
// RSTs that netfilter drops: one that came in before TCP saw it, one of this host on its way out.
import { expect, test } from 'vitest'
import { whyAsked } from '../../src/flow/asked.ts'
import type { Kind, Observation } from '../../src/observation.ts'
import { judge } from '../../src/verdict/judge.ts'
import { arrival, at, drop, lookup, packet, start, stop, TUPLE } from '../samples.ts'
import { active, cases, only, replied } from './cases.ts'

const begun = start({ probes: ['kfree_skb', 'tcp_v4_rcv'] })
const filtered = (over: Partial<Kind<'call'>> = {}) => drop('nf_hook_slow', 'NETFILTER_DROP', over)

test.each<[string, Partial<Kind<'call'>>, Observation[]]>([
  ['for this host', { way: 'in' }, []],
  ['of a connection that is known here, before routing', {}, [packet()]],
  ['where kernels have no reasons', { way: 'in', reason: null }, []],
])('a RST that netfilter drops opens a case: %s', (_, over, before) => {
  const found = only(begun, ...before, filtered(over))
  expect(found).toMatchObject({
    outcome: 'received',
    reset: { fn: 'nf_hook_slow' },
    drop: { location: 'nf_hook_slow' },
  })
  expect(judge(found)).toMatchObject({
    cause: 'ignored-invalid',
    outcome: 'ignored',
    who: 'local-firewall',
    confidence: 'certain',
  })
})

test.each([
  ['established', 1],
  ['timewait', 1],
  ['request', 1],
  ['listener', 0],
  ['none', 0],
] as const)('one that is not routed yet, of a connection that the TCP hash has as %s: %d', (found, opened) => {
  const call = filtered()
  expect(cases({ ...begun, ehash: 'module' }, call, lookup({ found }, { event: call.at }), stop())).toHaveLength(opened)
})

test.each<[string, Kind<'call'>]>([
  ['it goes through this host', filtered({ way: 'through' })],
  ['it is no RST', filtered({ way: 'in', segment: packet().segment })],
  ['the kernel dropped it elsewhere', drop('ip_rcv_core', 'IP_CSUM', { way: 'in' })],
  ['this host sends it, and nobody saw why', filtered({ way: 'out' })],
])('none: %s', (_, call) => {
  expect(cases(begun, call, stop())).toEqual([])
  expect(whyAsked('module', call)).toBeUndefined()
})

test.each<[string, Observation[]]>([
  ['nobody is asked', [begun, filtered()]],
  ['no answer came', [{ ...begun, ehash: 'module' }, filtered()]],
  [
    'the look-up failed',
    [
      { ...begun, ehash: 'ss' },
      filtered(),
      lookup({ found: null, error: 'not asked: too many at once' }, { event: filtered().at }),
    ],
  ],
])('one that is not routed yet, of no connection that is known here: unknown, where %s', (_, events) => {
  const { cause, because, outcome, why } = judge(only(...events))
  expect({ cause, outcome, why }).toEqual({
    cause: 'unknown',
    outcome: 'received',
    why: 'not known: netfilter dropped it before it was known for whom it was',
  })
  expect(because.slice(0, 2)).toEqual([
    'nf_hook_slow ran, for a segment with RST, seq 1000, 0 bytes of data, without a socket',
    'missing: whether the RST was for a connection of this host; netfilter dropped it before it was routed, and no look-up in the TCP hash tells',
  ])
})

test('a RST that came to TCP and is dropped there is one case', () => {
  const { reset, drop: dropped } = only(begun, arrival(), drop('tcp_v4_rcv', 'NO_SOCKET', { way: 'in' }))
  expect({ fn: reset.fn, reason: dropped?.reason }).toEqual({ fn: 'tcp_v4_rcv', reason: 'NO_SOCKET' })
})

test.each([
  ['of its own accord', [active()]],
  ['in reply', replied()],
])('the RST that this host sends %s does not leave it', (_, sent) => {
  const found = only(begun, ...sent, filtered({ way: 'out', at: at(1000.05) }))
  expect(found.outcome).toBe('sent')
  expect(judge(found).because).toContain(
    'the RST did not leave this host: the kernel dropped it in nf_hook_slow: NETFILTER_DROP',
  )
})

test('a RST of another connection that is dropped on its way out says nothing', () => {
  const other = { ...TUPLE, sport: TUPLE.sport + 1 }
  expect(only(begun, active(), filtered({ way: 'out', tuple: other })).unsent).toBeNull()
})
