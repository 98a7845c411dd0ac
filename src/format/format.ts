// SPDX-License-Identifier: MIT
import type { Time } from '../time.ts'
import type { Verdict } from '../verdict/verdict.ts'
import { csvHeader, csvLine } from './csv.ts'
import { jsonLine } from './json.ts'
import { tableEntry, tableHeader } from './table.ts'

export const FORMATS = ['table', 'json', 'csv'] as const
export type FormatName = (typeof FORMATS)[number]

/** How verdicts become text: what stands before the first, and each of them. */
export type Format = { header: () => string; entry: (verdict: Verdict, boot: Time) => string }

/** The format of that name; `paint` colours the table and nothing else. */
export const formatOf = (name: FormatName, paint: boolean): Format => {
  switch (name) {
    case 'table':
      return { header: tableHeader, entry: (verdict, boot) => tableEntry(verdict, boot, paint) }
    case 'json':
      return { header: () => '', entry: jsonLine }
    case 'csv':
      return { header: csvHeader, entry: csvLine }
  }
}
