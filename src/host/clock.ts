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
}

/** What is asked of the machine: /proc/uptime, and CLOCK_MONOTONIC in nanoseconds. */
type Asked = { uptime: () => string; monotonic: () => bigint }

const HERE: Asked = { uptime: () => readFileSync('/proc/uptime', 'latin1'), monotonic: () => hrtime.bigint() }

/** The step of /proc/uptime, which is cut off to it, in nanoseconds. */
const STEP = 10_000_000n

/**
 * Makes CLOCK_BOOTTIME from Node's CLOCK_MONOTONIC. They differ by the time that the machine was suspended:
 * /proc/uptime (in steps of 10 ms) less the monotonic clock. A difference below two steps is rounding, not a
 * suspension. The difference is read again when an event comes that would be of the future.
 */
export const readClock = ({ uptime, monotonic }: Asked = HERE): Clock => {
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

  const boot = BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n - now()
  return { now: () => timeOf(now()), hear, boot: timeOf(boot) }
}

const smaller = (one: bigint, other: bigint) => (one < other ? one : other)
const larger = (one: bigint, other: bigint) => (one > other ? one : other)
