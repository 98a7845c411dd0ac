// SPDX-License-Identifier: MIT
import type { Step } from '../flow/steps.ts'
import type { Time } from '../time.ts'
import type { Verdict } from '../verdict/verdict.ts'
import { COLUMNS, EXPLANATION, STACK, type Field } from './columns.ts'
import { csvHeader, csvLine, csvNames } from './csv.ts'
import { jsonLine } from './json.ts'
import { STEP_FIELDS, stepEntry } from './step.ts'
import { tableEntry, tableHeader } from './table.ts'

export const FORMATS = ['table', 'json', 'csv'] as const
export type FormatName = (typeof FORMATS)[number]

/** What is shown besides the verdicts: colours (in a table), the stacks of resets, what causes mean, the steps of the trail. */
export type Shown = { paint: boolean; stack: boolean; explain: boolean; steps: boolean }

/** How a run becomes text: what stands before all, a verdict, a step of the trail. */
export type Format = {
  header: () => string
  verdict: (verdict: Verdict, boot: Time) => string
  step: (step: Step, boot: Time) => string
}

/** The format of that name. */
export const formatOf = (name: FormatName, { paint, stack, explain, steps }: Shown): Format => {
  const fields: readonly Field<Verdict>[] = [...COLUMNS, ...(stack ? [STACK] : []), ...(explain ? EXPLANATION : [])]
  switch (name) {
    case 'table': {
      const explained = new Set<string>()
      // To a person once is enough.
      const isNew = ({ cause }: Verdict) => explain && explained.size < explained.add(cause).size
      return {
        header: tableHeader,
        verdict: (verdict, boot) => tableEntry(verdict, boot, { paint, stack, explain: isNew(verdict) }),
        step: stepEntry,
      }
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
