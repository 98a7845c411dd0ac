// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs'
import { hrtime } from 'node:process'
import { timeOf, type Time } from '../time.ts'

/** The clock of the events, CLOCK_BOOTTIME, which Node does not offer. */
export type Clock = {
  /** Now, since boot. */
  now: () => Time
  /** The moment of boot since 1970, as of the reading of the clock. */
  boot: Time
}

/**
 * Makes CLOCK_BOOTTIME from Node's CLOCK_MONOTONIC. They differ by the time that the machine was suspended:
 * /proc/uptime (in steps of 10 ms) less the monotonic clock. A difference below two steps is rounding, not a
 * suspension.
 */
export const readClock = (): Clock => {
  const [, seconds = '0', hundredths = '0'] = /^(\d+)\.(\d+)/.exec(readFileSync('/proc/uptime', 'latin1')) ?? []
  const uptime = BigInt(seconds) * 1_000_000_000n + BigInt(hundredths) * 10_000_000n
  const difference = uptime - hrtime.bigint()
  const suspended = difference > 20_000_000n ? difference : 0n
  const now = () => hrtime.bigint() + suspended
  const boot = BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n - now()
  return { now: () => timeOf(now()), boot: timeOf(boot) }
}
