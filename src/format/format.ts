// SPDX-License-Identifier: MIT
import type { Step } from '../flow/trail.ts'
import type { Time } from '../time.ts'
import type { Verdict } from '../verdict/verdict.ts'
import { COLUMNS, STACK, type Field } from './columns.ts'
import { csvHeader, csvLine, csvNames } from './csv.ts'
import { jsonLine } from './json.ts'
import { STEP_FIELDS, stepEntry } from './step.ts'
import { tableEntry, tableHeader } from './table.ts'

export const FORMATS = ['table', 'json', 'csv'] as const
export type FormatName = (typeof FORMATS)[number]

/** What is shown besides the verdicts: colours (in a table), the stacks of resets, the steps of the trail. */
export type Shown = { paint: boolean; stack: boolean; steps: boolean }

/** How a run becomes text: what stands before all, a verdict, a step of the trail. */
export type Format = {
  header: () => string
  verdict: (verdict: Verdict, boot: Time) => string
  step: (step: Step, boot: Time) => string
}

/** The format of that name. */
export const formatOf = (name: FormatName, { paint, stack, steps }: Shown): Format => {
  const fields: readonly Field<Verdict>[] = stack ? [...COLUMNS, STACK] : COLUMNS
  switch (name) {
    case 'table':
      return {
        header: tableHeader,
        verdict: (verdict, boot) => tableEntry(verdict, boot, { paint, stack }),
        step: stepEntry,
      }
    case 'json':
      return {
        header: () => '',
        verdict: (verdict, boot) => jsonLine(fields, verdict, boot),
        step: (step, boot) => jsonLine(STEP_FIELDS, step, boot),
      }
    case 'csv': {
      const names = csvNames(fields, steps ? STEP_FIELDS : [])
      return {
        header: () => csvHeader(names),
        verdict: (verdict, boot) => csvLine(names, fields, verdict, boot),
        step: (step, boot) => csvLine(names, STEP_FIELDS, step, boot),
      }
    }
  }
}
