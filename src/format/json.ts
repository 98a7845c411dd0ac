// SPDX-License-Identifier: MIT
import type { Time } from '../time.ts'
import type { Verdict } from '../verdict/verdict.ts'
import { COLUMNS } from './columns.ts'

/** A verdict as one JSON object in one line. */
export const jsonLine = (verdict: Verdict, boot: Time): string =>
  `${JSON.stringify(Object.fromEntries(COLUMNS.map(({ name, value }) => [name, value(verdict, boot)])))}\n`
