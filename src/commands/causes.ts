// SPDX-License-Identifier: MIT
import { explanation } from '../format/explanation.ts'
import { wrap } from '../format/text.ts'
import type { Io } from '../cli/io.ts'
import type { Cause } from '../verdict/cause.ts'
import { CAUSES, type CauseId } from '../verdict/causes.ts'

/** Prints one cause in full, with advice, or every cause in a line or two. */
export const causes = (cause: CauseId | undefined, io: Io): Promise<number> => {
  io.out(cause === undefined ? Object.values(CAUSES).map(entry).join('') : page(cause))
  return Promise.resolve(0)
}

const WIDTH = 80

const entry = ({ id, who, means }: Cause) =>
  [`${id} (${who})`, ...wrap(means, WIDTH - 4).map((part) => `    ${part}`), ''].join('\n')

const page = (id: CauseId) =>
  [[id], [`Who: ${CAUSES[id].who}`], ...explanation(id, WIDTH)].map((lines) => `${lines.join('\n')}\n`).join('\n')
