// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { readClock } from '../../src/host/clock.ts'
import { timeOf } from '../../src/time.ts'

const S = 1_000_000_000n

/** A machine whose clocks are set by the test, in nanoseconds: how long it ran, and how much longer it was suspended. */
const machine = (ran: bigint, suspended: bigint) => {
  const state = { ran, suspended, reads: 0 }
  const uptime = () => {
    state.reads += 1
    const hundredths = (state.ran + state.suspended) / 10_000_000n
    return `${hundredths / 100n}.${String(hundredths % 100n).padStart(2, '0')} 1.00`
  }
  return { state, clock: readClock({ uptime, monotonic: () => state.ran }) }
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
