// SPDX-License-Identifier: MIT
import { shownFields, type Field } from './columns.ts'
import type { CreateSink, Start } from './sink.ts'
import { STEP_FIELDS } from './step.ts'

/** One JSON object a line, for each verdict and each step. */
export const json: CreateSink = (shown) => {
  const fields = shownFields(shown)
  return {
    start: () => '',
    verdict: (verdict, start) => jsonLine(fields, verdict, start),
    step: (step, start) => jsonLine(STEP_FIELDS, step, start),
    end: () => '',
  }
}

const jsonLine = <T>(fields: readonly Field<T>[], of: T, start: Start): string =>
  jsonRow(Object.fromEntries(fields.map(({ name, value }) => [name, value(of, start)])))

/** An object as a line. What JSON lets stand and a terminal may obey is escaped too. */
export const jsonRow = (row: object): string =>
  `${JSON.stringify(row).replaceAll(/[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu, escaped)}\n`

const escaped = (character: string) =>
  Array.from(
    { length: character.length },
    (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
  ).join('')
