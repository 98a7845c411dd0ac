// SPDX-License-Identifier: MIT
import type { Verdict } from '../verdict/verdict.ts'

/** What `--metrics-labels` may add to the labels of a reset; each has more values than a monitoring system should take unasked. */
export const EXTRA_LABELS = ['lport'] as const
export type ExtraLabel = (typeof EXTRA_LABELS)[number]

/** The series that the metric may have with such labels; what comes after them is counted in `other`. */
const MOST_SERIES = 2000

/** What every reset is counted by. */
export type Labels = Pick<Verdict, 'outcome' | 'cause' | 'who' | 'confidence'>

/** Gives the labels of a reset; `dropped` is told of each that would take more series than there may be. */
export const createLabels = (extra: readonly ExtraLabel[], dropped: () => void) => {
  const known = new Set<string>()
  const admits = (series: string) => {
    if (known.size < MOST_SERIES) known.add(series)
    return known.has(series)
  }
  return ({ outcome, cause, who, confidence }: Labels, lport: string): Record<string, string> => {
    const labels = { outcome, cause, who, confidence }
    if (!extra.includes('lport')) return labels
    if (admits([outcome, cause, who, confidence, lport].join(' '))) return { ...labels, lport }
    dropped()
    return { ...labels, lport: 'other' }
  }
}
