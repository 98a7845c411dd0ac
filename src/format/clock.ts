// SPDX-License-Identifier: MIT
import { isoTime, type Time } from '../time.ts'

/** Minutes by which the clocks of a place are before UTC, at a moment in seconds since 1970. */
export type Zone = (seconds: number) => number

/** A moment as the clocks of a place show it: the day with its zone, `2026-11-25, UTC+01:00`, and the time to nanoseconds. */
export type Clock = { day: string; time: string }

/** The moment since boot, by the clocks of that place. */
export const localTime = (moment: Time, boot: Time, zone: Zone): Clock => {
  const minutes = zone(moment.s + boot.s)
  const iso = isoTime({ s: moment.s + minutes * 60, ns: moment.ns }, boot)
  return { day: `${iso.slice(0, 10)}, ${zoneName(minutes)}`, time: iso.slice(11, 29) }
}

/** `UTC`, `UTC+05:30`. */
export const zoneName = (minutes: number): string => {
  if (minutes === 0) return 'UTC'
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  return `UTC${minutes < 0 ? '-' : '+'}${two(hours)}:${two(rest)}`
}

const two = (number: number) => String(number).padStart(2, '0')
