// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { readClock } from '../../src/host/clock.ts'
import { timeOf } from '../../src/time.ts'

const S = 1_000_000_000n

/** The moment of boot, in milliseconds since 1970. */
const BOOTED = 1_700_000_000_000

/** A machine whose clocks are set by the test, in nanoseconds: how long it ran, and how much longer it was suspended. */
const machine = (ran: bigint, suspended: bigint) => {
  const state = { ran, suspended, reads: 0, set: 0, held: 0n }
  const uptime = () => {
    state.reads += 1
    const hundredths = (state.ran + state.suspended) / 10_000_000n
    return `${hundredths / 100n}.${String(hundredths % 100n).padStart(2, '0')} 1.00`
  }
  const wall = () => {
    state.ran += state.held
    return BOOTED + Number((state.ran + state.suspended) / 1_000_000n) + state.set
  }
  return { state, clock: readClock({ uptime, monotonic: () => state.ran, wall }) }
}

test('a machine that was never suspended has one clock', () => {
  const { clock } = machine(5n * S + 123_456_789n, 0n)
  expect(clock.now()).toEqual(timeOf(5n * S + 123_456_789n))
})

test('the time of a suspension before is added, to a step of /proc/uptime', () => {
  const { clock } = machine(5n * S, 60n * S + 7_000_000n)
  expect(clock.now()).toEqual(timeOf(65n * S))
})

test('a suspension during the trace is noticed by the first event after it', () => {
  const { state, clock } = machine(5n * S, 0n)
  state.ran += S
  state.suspended += 3600n * S
  expect(clock.now()).toEqual(timeOf(6n * S))
  clock.hear(timeOf(3606n * S))
  expect(clock.now()).toEqual(timeOf(3606n * S))
})

test('events show what a step of /proc/uptime hides', () => {
  const { state, clock } = machine(5n * S, 60n * S + 7_000_000n)
  clock.hear(timeOf(65n * S + 6_900_000n))
  expect(clock.now()).toEqual(timeOf(65n * S + 6_900_000n))
  state.ran += S
  clock.hear(timeOf(66n * S))
  expect(clock.now()).toEqual(timeOf(66n * S + 6_900_000n))
  expect(state.reads).toBe(2)
})

test('a time that no clock has shown yet is not believed', () => {
  const never = machine(5n * S, 0n)
  never.clock.hear(timeOf(9n * S))
  expect(never.clock.now()).toEqual(timeOf(5n * S))
  const once = machine(5n * S, 60n * S)
  once.clock.hear(timeOf(99n * S))
  expect(once.clock.now()).toEqual(timeOf(65n * S + 10_000_000n))
})

test('the wall clock is told to be set, once, and not what is within its steps', () => {
  const { state, clock } = machine(5n * S, 0n)
  expect(clock.boot).toEqual({ s: 1_700_000_000, ns: 500_000 })
  state.ran += 3n * S + 999_999n
  expect(clock.wasSet()).toBeUndefined()
  state.set = -3_600_000
  expect(clock.wasSet()).toEqual({ s: 1_699_996_399, ns: 999_500_001 })
  expect(clock.wasSet()).toBeUndefined()
  // A clock that is slewed: told when it has come to something.
  state.set += 15
  expect(clock.wasSet()).toBeUndefined()
  state.set += 15
  expect(clock.wasSet()?.s).toBe(1_699_996_400)
})

test('a process that is held up between its readings of the clocks tells nothing', () => {
  const { state, clock } = machine(5n * S, 0n)
  Object.assign(state, { held: 30_000_000n, set: 100 })
  expect(clock.wasSet()).toBeUndefined()
  state.held = 0n
  expect(clock.wasSet()).toBeDefined()
})
