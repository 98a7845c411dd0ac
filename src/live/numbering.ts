// SPDX-License-Identifier: MIT

/** What is known of lines that were printed and never came. */
export type Numbering = {
  /** How many lines are missing right before this one, on its CPU. A line without a number tells nothing. */
  before: (line: string) => number
  /** bpftrace says that it lost so many, sooner or later, of whichever CPU. */
  told: (count: number) => void
  /** Losses that bpftrace told of and that no line came after. */
  rest: () => number
}

/**
 * Our program numbers its lines on each CPU, in the order in which they come out of that CPU's buffer: so a loss is known
 * where it was, and not when bpftrace gets round to telling of it, which from 0.23 on may be long after.
 */
export const createNumbering = (): Numbering => {
  const last = new Map<string, number>()
  let found = 0
  let told = 0
  return {
    before: (line) => {
      // Ours stand in front of whatever a task is named.
      const [, cpu, number] = / cpu=(\d+) n=(\d+) /.exec(line) ?? []
      if (cpu === undefined) return 0
      const missing = Math.max(0, Number(number) - (last.get(cpu) ?? 0) - 1)
      last.set(cpu, Number(number))
      found += missing
      return missing
    },
    told: (count) => void (told += count),
    rest: () => Math.max(0, told - found),
  }
}
