// SPDX-License-Identifier: MIT
// What is remembered of connections; whose socket it was has owner.test.ts, and what was created since stale.test.ts.
import { expect, test } from 'vitest'
import { createFlows, rememberCreation } from '../../src/flow/flows.ts'
import { at, owner, state, TUPLE } from '../samples.ts'

test('a connection is known since it was first heard of', () => {
  const flows = createFlows()
  expect(flows.knownSince(TUPLE)).toBe(null)
  flows.of(TUPLE, at(1))
  flows.of(TUPLE, at(2))
  expect(flows.knownSince(TUPLE)).toEqual(at(1))
  expect(flows.knownSince({ ...TUPLE, netns: 1 })).toBe(null)
})

test.each([
  ['the beginning of a socket that a handshake made', { from: 'SYN_RECV', to: 'ESTABLISHED' }, true],
  ['connect(), once the port is known', { from: 'CLOSE', to: 'SYN_SENT' }, true],
  ['connect(), before', { from: 'CLOSE', to: 'SYN_SENT', tuple: { ...TUPLE, dport: 0 } }, false],
  ['its end', {}, true],
  ['no other change of state', { from: 'ESTABLISHED', to: 'CLOSE_WAIT' }, false],
])('a flow is known by %s', (_, change, isKnown) => {
  const flows = createFlows()
  const seen = state(change)
  flows.changed(seen)
  expect(flows.knownSince(seen.tuple)).toEqual(isKnown ? seen.at : null)
})

test('accept() makes it known, and who had it when the trace began does not', () => {
  const flows = createFlows()
  flows.owned(owner({ sk: null, fn: 'proc' }))
  expect(flows.knownSince(TUPLE)).toBe(null)
  flows.owned(owner())
  expect(flows.of(TUPLE, at(0)).accepted).toEqual(owner())
})

test('sockets of a tuple and listeners that may take it are created apart', () => {
  const flows = createFlows()
  flows.of(TUPLE, at(0))
  flows.changed(state({ at: at(1), from: 'SYN_RECV', to: 'ESTABLISHED' }))
  const listener = { ...TUPLE, saddr: '0.0.0.0', sport: 0, daddr: '0.0.0.0' }
  flows.changed(state({ at: at(2), from: 'CLOSE', to: 'LISTEN', tuple: listener }))
  expect(flows.createdAt(TUPLE, 'established')).toEqual([at(1)])
  expect(flows.createdAt(TUPLE, 'listener')).toEqual([at(2)])
  expect(flows.createdAt({ ...TUPLE, sport: 1 }, 'established')).toEqual([])
})

test('the last 16 creation times are remembered, and one that is not known is none', () => {
  const times = Array.from({ length: 17 }, (_, n) => at(n))
  expect(times.reduce(rememberCreation, [at(-1)])).toEqual(times.slice(1))
  expect(rememberCreation(undefined, undefined)).toEqual([])
})
