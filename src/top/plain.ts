// SPDX-License-Identifier: MIT
import { localTime } from '../format/clock.ts'
import type { CreateSink, Start } from '../format/sink.ts'
import { causeRows, causeTable, END_KEYS } from '../summary/byCause.ts'
import { createTally } from '../summary/tally.ts'
import type { Time } from '../time.ts'

/** `top` for a pipe: the table again after each interval of event time, in seconds, in which there was a reset, and at the end. */
export const plainTop =
  (interval: number): CreateSink =>
  (shown) => {
    const tally = createTally(END_KEYS)
    let due: number | null = null
    let last: { at: Time; start: Start } | undefined

    // As it was at the last reset; nothing where it was printed since.
    const table = () => {
      if (due === null || last === undefined) return ''
      due = null
      const { day, time } = localTime(last.at, last.start.boot, shown.zone)
      return `${day.slice(0, 10)} ${time.slice(0, 8)}\n${causeTable(causeRows(tally.groups()), shown.width).join('\n')}\n\n`
    }
    const until = (at: Time) => (due !== null && at.s >= due ? table() : '')

    return {
      start: table,
      verdict: (verdict, start) => {
        const before = until(verdict.at)
        tally.see(verdict, start.boot)
        due ??= verdict.at.s + interval
        last = { at: verdict.at, start }
        return before
      },
      step: () => '',
      tick: until,
      end: table,
    }
  }
