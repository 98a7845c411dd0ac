// SPDX-License-Identifier: MIT
import { explanation } from '../format/explanation.ts'
import { wrap } from '../format/text.ts'
import { jsonRow } from '../format/json.ts'
import type { Io } from '../cli/io.ts'
import type { CausesOptions } from '../cli/options.ts'
import type { Cause } from '../verdict/cause.ts'
import { CAUSES, type CauseId } from '../verdict/causes.ts'

/**
 * Prints one cause in full, with advice, or every cause in a line or two; the names alone with `list`; as JSON an object a line.
 */
export const causes = (cause: CauseId | undefined, { list, format }: CausesOptions, io: Io): Promise<number> => {
  const asked = cause === undefined ? Object.values(CAUSES) : [CAUSES[cause]]
  if (format === 'json') io.out(asked.map(json).join(''))
  else if (list === true) io.out(asked.map(({ id }) => `${id}\n`).join(''))
  else io.out(cause === undefined ? asked.map(entry).join('') : page(cause))
  return Promise.resolve(0)
}

// The reasons are for the judge, and brief is Markdown.
const json = ({ id, who, outcome, means, usually, next }: Cause) => jsonRow({ id, who, outcome, means, usually, next })

const WIDTH = 80

const entry = ({ id, who, means }: Cause) =>
  [`${id} (${who})`, ...wrap(means, WIDTH - 4).map((part) => `    ${part}`), ''].join('\n')

const page = (id: CauseId) =>
  [[id], [`Who: ${CAUSES[id].who}`], ...explanation(id, WIDTH)].map((lines) => `${lines.join('\n')}\n`).join('\n')
