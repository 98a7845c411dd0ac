// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs'
import { hrtime } from 'node:process'
import { nanoseconds, timeOf, type Time } from '../time.ts'

/** The clock of the events, CLOCK_BOOTTIME, which Node does not offer. */
export type Clock = {
  /** Now, since boot. */
  now: () => Time
  /** An event of that time was read: it is no younger than now, so that a suspension since the start is noticed. */
  hear: (at: Time) => void
  /** The moment of boot since 1970, as of the reading of the clock. */
  boot: Time
  /** That moment anew, where the wall clock was set since it was last told; undefined where it was not. */
  wasSet: () => Time | undefined
}

/** What is asked of the machine: /proc/uptime, CLOCK_MONOTONIC in nanoseconds, and milliseconds since 1970. */
type Asked = { uptime: () => string; monotonic: () => bigint; wall: () => number }

const HERE: Asked = {
  uptime: () => readFileSync('/proc/uptime', 'latin1'),
  monotonic: () => hrtime.bigint(),
  wall: Date.now,
}

/** A smaller difference is of the reading, or of a clock that is slewed: it is told once it has grown to this. */
const SET_NS = 20_000_000n

/** Two clocks are read at one moment where this process was not held up for longer between them. */
const TOGETHER_NS = 5_000_000n

/** The step of /proc/uptime, which is cut off to it, in nanoseconds. */
const STEP = 10_000_000n

/**
 * Makes CLOCK_BOOTTIME from Node's CLOCK_MONOTONIC. They differ by the time that the machine was suspended:
 * /proc/uptime (in steps of 10 ms) less the monotonic clock. A difference below two steps is rounding, not a
 * suspension. The difference is read again when an event comes that would be of the future.
 */
export const readClock = ({ uptime, monotonic, wall }: Asked = HERE): Clock => {
  const difference = () => {
    const [, seconds = '0', hundredths = '0'] = /^(\d+)\.(\d+)/.exec(uptime()) ?? []
    return BigInt(seconds) * 1_000_000_000n + BigInt(hundredths) * STEP - monotonic()
  }
  const first = difference()
  let suspended = first > 2n * STEP ? first : 0n
  const now = () => monotonic() + suspended

  const hear = (at: Time) => {
    const ahead = nanoseconds(at) - now()
    if (ahead <= 0n) return
    const least = difference()
    // Without a suspension the event's time is wrong, not the clock. With one, it is known to a step, and the event knows more.
    if (least > 2n * STEP) suspended = [least, smaller(suspended + ahead, least + STEP)].reduce(larger, suspended)
  }

  // What is read of the wall clock is cut off to a millisecond: its middle.
  const booted = () => BigInt(wall()) * 1_000_000n + 500_000n - now()
  let told = booted()
  const boot = timeOf(told)

  const wasSet = () => {
    const begun = monotonic()
    const found = booted()
    if (monotonic() - begun > TOGETHER_NS || larger(found - told, told - found) < SET_NS) return undefined
    told = found
    return timeOf(told)
  }

  return { now: () => timeOf(now()), hear, boot, wasSet }
}

const smaller = (one: bigint, other: bigint) => (one < other ? one : other)
const larger = (one: bigint, other: bigint) => (one > other ? one : other)
