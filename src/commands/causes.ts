// SPDX-License-Identifier: MIT
import { wrap } from '../format/text.ts'
import type { Io } from '../io.ts'
import { CAUSES, isCause, type CauseId } from '../verdict/causes.ts'

/** Prints what the causes mean: one in full with what to do next, or all in a line or two each. */
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

const indented = (text: string, indent: string, first = indent) =>
  wrap(text, 80 - indent.length)
    .map((part, index) => `${index === 0 ? first : indent}${part}\n`)
    .join('')

const line = (name: CauseId) => `${name} (${CAUSES[name].who})\n${indented(CAUSES[name].means, '    ')}`

const page = (name: CauseId) => {
  const { who, means, usually, next } = CAUSES[name]
  return [
    `${name}\n\n`,
    `Who: ${who}\n\n`,
    indented(means, ''),
    `\nUsually:\n${indented(usually, '  ')}`,
    `\nNext:\n${next.map((step) => indented(step, '    ', '  - ')).join('')}`,
  ].join('')
}
