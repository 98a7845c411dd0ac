// SPDX-License-Identifier: MIT
import { explanation } from '../format/explanation.ts'
import { wrap } from '../format/text.ts'
import type { Io } from '../cli/io.ts'
import { CAUSES, isCause, type CauseId } from '../verdict/causes.ts'

/** Prints one cause in full, with advice, or every cause in a line or two. */
export const causes = (cause: CauseId | undefined, io: Io): Promise<number> => {
  io.out(
    cause === undefined
      ? Object.keys(CAUSES)
          .filter(isCause)
          .map((name) => line(name))
          .join('')
      : page(cause),
  )
  return Promise.resolve(0)
}

const WIDTH = 80

const line = (name: CauseId) =>
  [`${name} (${CAUSES[name].who})`, ...wrap(CAUSES[name].means, WIDTH - 4).map((part) => `    ${part}`), ''].join('\n')

const page = (name: CauseId) =>
  [[name], [`Who: ${CAUSES[name].who}`], ...explanation(name, WIDTH)].map((lines) => `${lines.join('\n')}\n`).join('\n')
