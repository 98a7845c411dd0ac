// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { createTicks } from '../../src/live/ticks.ts'
import { at } from '../samples.ts'

/** A machine whose clock, settings of it, and misses are set by the test. */
const machine = () => {
  const state = { ms: 0, boot: undefined as number | undefined, misses: 0 }
  const wasSet = () => {
    const { boot } = state
    state.boot = undefined
    return boot === undefined ? undefined : { s: boot, ns: 0 }
  }
  const clock = { now: () => at(state.ms), hear: () => undefined, boot: at(0), wasSet }
  return { state, ticks: createTicks(clock, () => state.misses) }
}

test('a tick tells when it was read, and once that the clock was set', () => {
  const { state, ticks } = machine()
  Object.assign(state, { ms: 30, boot: 1_700_000_000 })
  expect(ticks.at(at(20))).toEqual([{ kind: 'tick', at: at(20), read: at(30), boot: { s: 1_700_000_000, ns: 0 } }])
  expect(ticks.at(at(25))).toEqual([{ kind: 'tick', at: at(25), read: at(30) }])
})

test('probes that did not run are told before the tick, once a second', () => {
  const { state, ticks } = machine()
  const kinds = (ms: number, misses: number) => {
    Object.assign(state, { ms, misses })
    return ticks.at(at(ms)).map((told) => (told.kind === 'lost' ? `${told.count} ${told.what}` : told.kind))
  }
  expect(kinds(500, 3)).toEqual(['tick'])
  expect(kinds(1000, 3)).toEqual(['3 probes', 'tick'])
  expect(kinds(1500, 5)).toEqual(['tick'])
  expect(kinds(2000, 5)).toEqual(['2 probes', 'tick'])
  expect(kinds(3000, 5)).toEqual(['tick'])
  state.misses = 6
  expect(ticks.missed()).toEqual([{ kind: 'lost', what: 'probes', count: 1 }])
})
