// SPDX-License-Identifier: MIT
import type { Time } from '../time.ts'
import type { Field } from './columns.ts'

/** The fields of something as one JSON object in one line. What JSON lets stand and a terminal may obey is escaped too. */
export const jsonLine = <T>(fields: readonly Field<T>[], of: T, boot: Time): string =>
  `${JSON.stringify(Object.fromEntries(fields.map(({ name, value }) => [name, value(of, boot)]))).replaceAll(
    /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu,
    escaped,
  )}\n`

const escaped = (character: string) =>
  Array.from(
    { length: character.length },
    (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
  ).join('')
