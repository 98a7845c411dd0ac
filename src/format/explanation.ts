// SPDX-License-Identifier: MIT
import { CAUSES, type CauseId } from '../verdict/causes.ts'
import { wrap } from './text.ts'

/** What a cause means, what usually makes it and what to do next: three paragraphs of lines of at most `width`. */
export const explanation = (cause: CauseId, width: number): string[][] => {
  const { means, usually, next } = CAUSES[cause]
  return [
    wrap(means, width),
    ['Usually:', ...wrap(usually, width - 2).map((line) => `  ${line}`)],
    [
      'Next:',
      ...next.flatMap((step) => wrap(step, width - 4).map((line, index) => `${index === 0 ? '  - ' : '    '}${line}`)),
    ],
  ]
}
