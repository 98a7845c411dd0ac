// SPDX-License-Identifier: MIT
import { compareTime, type Time } from '../time.ts'

/** How many lines each CPU had printed, by its number. */
export type Counts = ReadonlyMap<string, number>

/** Ticks one after the other, each made after the one before was read, until what was counted must have come. */
const TICKS = 3

/** Counts the lines that our program printed and that never came. */
export type Numbering = {
  /** How many lines of the same CPU are missing right before this one; 0 for a line without a number. */
  before: (line: string) => number
  /** bpftrace has printed the counts, and they were read at that moment: lines that they count may still be on their way. */
  counted: (counts: Counts, read: Time) => void
  /** A tick that was made then has been read now: how many of the lines that were counted before never came. */
  ticked: (at: Time, read: Time) => number
  /** Takes the number of events that bpftrace reports as lost, late and for all CPUs together. */
  told: (count: number) => void
  /** At the end, when every line has been read: the losses that nothing has shown. */
  rest: () => number
}

/**
 * Our program numbers the lines of each CPU in the order of that CPU's buffer. A gap therefore shows where lines were
 * lost; bpftrace's own report may come much later (0.23 and on). A CPU that prints no more shows no gap: the counts do.
 *
 * bpftrace empties every buffer between two ticks of which one was made after the other was read (src/flow/order.ts). On a
 * host without a free processor it may not: bpftrace 0.17 stays with one buffer as long as there is more in it
 * (libbcc, perf_reader_event_read), as a tick that comes while it waits to go on. A loss that was none would lower the
 * confidence of all that follows, so three such ticks must have been read.
 */
export const createNumbering = (): Numbering => {
  const last = new Map<string, number>()
  let waiting: { counts: Counts; read: Time; ticks: number }[] = []
  let found = 0
  let told = 0

  const reach = (cpu: string, number: number) => {
    const missing = Math.max(0, number - (last.get(cpu) ?? 0))
    if (missing > 0) last.set(cpu, number)
    return missing
  }

  const reachAll = (counts: Counts = new Map()) => {
    const missing = [...counts].map(([cpu, number]) => reach(cpu, number)).reduce((sum, one) => sum + one, 0)
    found += missing
    return missing
  }

  return {
    before: (line) => {
      // Our cpu= and n= come before the task's name, which may contain anything.
      const [, cpu, number] = / cpu=(\d+) n=(\d+) /.exec(line) ?? []
      if (cpu === undefined) return 0
      const missing = Math.max(0, reach(cpu, Number(number)) - 1)
      found += missing
      return missing
    },
    counted: (counts, read) => void waiting.push({ counts, read, ticks: 0 }),
    ticked: (at, now) => {
      waiting = waiting.map((one) =>
        compareTime(one.read, at) < 0 ? { ...one, read: now, ticks: one.ticks + 1 } : one,
      )
      const passed = waiting.findLast(({ ticks }) => ticks >= TICKS)
      if (passed !== undefined) waiting = waiting.slice(waiting.indexOf(passed) + 1)
      return reachAll(passed?.counts)
    },
    told: (count) => void (told += count),
    rest: () => {
      const missing = reachAll(waiting.at(-1)?.counts)
      return missing + Math.max(0, told - found)
    },
  }
}
