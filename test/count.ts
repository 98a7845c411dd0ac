// SPDX-License-Identifier: MIT

/** How many tests held and how many did not. */
export type Count = { passed: number; failed: number; skipped?: number }

/** The sum of several reports. */
export const sum = (counts: readonly Count[]): Required<Count> => ({
  passed: counts.reduce((total, { passed }) => total + passed, 0),
  failed: counts.reduce((total, { failed }) => total + failed, 0),
  skipped: counts.reduce((total, { skipped }) => total + (skipped ?? 0), 0),
})
