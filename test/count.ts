// SPDX-License-Identifier: MIT

/** How many tests held and how many did not, and what a report said of each that did not. */
export type Count = { passed: number; failed: number; skipped?: number; failures?: readonly string[] }

/** The count of one test that held. */
export const held = (): Count => ({ passed: 1, failed: 0 })

/** The count of one test that did not hold; `told` is its line, with what was wrong below it. */
export const failure = (told: string): Count => ({ passed: 0, failed: 1, failures: [told] })

/** The sum of several reports. */
export const sum = (counts: readonly Count[]): Required<Count> => ({
  passed: counts.reduce((total, { passed }) => total + passed, 0),
  failed: counts.reduce((total, { failed }) => total + failed, 0),
  skipped: counts.reduce((total, { skipped }) => total + (skipped ?? 0), 0),
  failures: counts.flatMap(({ failures }) => failures ?? []),
})
