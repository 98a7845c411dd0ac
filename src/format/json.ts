// SPDX-License-Identifier: MIT
import type { Time } from '../time.ts'
import type { Verdict } from '../verdict/verdict.ts'
import { COLUMNS } from './columns.ts'

/** A verdict as one JSON object in one line. What JSON lets stand and a terminal may obey, DEL and C1, is escaped too. */
export const jsonLine = (verdict: Verdict, boot: Time): string =>
  `${JSON.stringify(Object.fromEntries(COLUMNS.map(({ name, value }) => [name, value(verdict, boot)]))).replaceAll(
    /[\u007f-\u009f]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  )}\n`
