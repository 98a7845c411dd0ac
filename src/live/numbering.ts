// SPDX-License-Identifier: MIT

/** Counts the lines that our program printed and that never came. */
export type Numbering = {
  /** How many lines of the same CPU are missing right before this one; 0 for a line without a number. */
  before: (line: string) => number
  /** Takes the number of events that bpftrace reports as lost, late and for all CPUs together. */
  told: (count: number) => void
  /** Losses that bpftrace reported and that no gap has shown: no later line came from that CPU. */
  rest: () => number
}

/**
 * Our program numbers the lines of each CPU in the order of that CPU's buffer. A gap therefore shows where lines were
 * lost; bpftrace's own report may come much later (0.23 and on).
 */
export const createNumbering = (): Numbering => {
  const last = new Map<string, number>()
  let found = 0
  let told = 0
  return {
    before: (line) => {
      // Our cpu= and n= come before the task's name, which may contain anything.
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
