// SPDX-License-Identifier: MIT

/**
 * A moment or a span in nanoseconds, split so that JSON carries it exactly: nanoseconds since boot pass 2^53, the last
 * whole number a JSON reader keeps, after 104 days. `ns` is 0 to 999,999,999. Moments are CLOCK_BOOTTIME, as bpftrace's
 * `nsecs` is since 0.12.
 */
export type Time = { s: number; ns: number }

const BILLION = 1_000_000_000n

/** Splits a count of nanoseconds. */
export const timeOf = (nanoseconds: bigint): Time => {
  const ns = ((nanoseconds % BILLION) + BILLION) % BILLION
  return { s: Number((nanoseconds - ns) / BILLION), ns: Number(ns) }
}

/** The count of nanoseconds. */
export const nanoseconds = (time: Time): bigint => BigInt(time.s) * BILLION + BigInt(time.ns)

/** Negative when a is before b, for sorting. */
export const compareTime = (a: Time, b: Time): number => a.s - b.s || a.ns - b.ns

/** a - b in nanoseconds; exact up to 104 days. */
export const nanosecondsBetween = (a: Time, b: Time): number => (a.s - b.s) * 1e9 + (a.ns - b.ns)

/** `2026-11-22T03:00:00.000000001Z` for a moment since boot and the moment of boot since 1970. */
export const isoTime = (moment: Time, boot: Time): string => {
  const whole = moment.ns + boot.ns
  const s = moment.s + boot.s + Math.floor(whole / 1e9)
  const ns = whole % 1e9
  return `${new Date(s * 1000).toISOString().slice(0, 19)}.${String(ns).padStart(9, '0')}Z`
}

/** A span of nanoseconds with three digits and a unit: `850 ns`, `1.5 ms`, `12 s`. */
export const spanText = (ns: number): string => {
  const units = [
    ['ns', 1],
    ['us', 1e3],
    ['ms', 1e6],
  ] as const
  const rounded = (size: number) => Number((ns / size).toPrecision(3))
  const [name, size] = units.find(([, size]) => Math.abs(rounded(size)) < 1000) ?? ['s', 1e9]
  return `${rounded(size)} ${name}`
}
