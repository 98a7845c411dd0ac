// SPDX-License-Identifier: MIT
import { STACK, type Value } from '../format/columns.ts'
import { recordOf } from '../format/record.ts'
import type { Start } from '../format/sink.ts'
import { printable } from '../format/text.ts'
import type { Verdict } from '../verdict/verdict.ts'
import { drawing } from './drawing.ts'
import { sequence } from './sequence.ts'
import type { Event } from './trail.ts'

/** A verdict, the head of the recording that it is of, and what was seen of its connection. */
export type Told = { verdict: Verdict; start: Start; events: readonly Event[] }

/** What the page's script knows of a reset: the fields of `--format json` that are not null, its stack and its sequence. */
export const entry = ({ verdict, start, events }: Told): object => {
  // What is the same for the whole page is not in each of thousands.
  const { because, ehash, schema: _schema, tool: _tool, ...fields } = recordOf(verdict, start)
  return {
    ...known(fields),
    ehash: typeof ehash === 'object' && ehash !== null ? known(ehash) : {},
    because: because.map(printable),
    ...(verdict.stack.length === 0 ? {} : { stack: STACK.value(verdict, start) }),
    sequence: drawing(sequence(verdict, events)),
  }
}

// What a stranger named may hold characters that turn the direction of text, or that are not seen.
const known = (fields: object): object =>
  Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]: [string, Value]) => value !== null)
      .map(([name, value]: [string, Value]) => [name, typeof value === 'string' ? printable(value) : value]),
  )
