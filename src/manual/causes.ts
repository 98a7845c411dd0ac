// SPDX-License-Identifier: MIT
import type { Cause } from '../verdict/cause.ts'
import { CAUSE_LIST } from '../verdict/table.ts'
import { heading, page, paragraph, subheading, text, titleLine } from './roff.ts'

const OUTCOMES = [
  ['sent', 'SENT BY THIS HOST'],
  ['received', 'RECEIVED'],
  ['ignored', 'IGNORED'],
  [null, 'UNKNOWN'],
] as const

/** trace-reset-causes(7): every cause with its meaning, what usually makes it, and what to look at next. */
export const causesManual = (of: { version: string; date: string }): string =>
  page([
    titleLine('trace-reset-causes', 7, of.date, of.version),
    `${heading('NAME')}trace\\-reset\\-causes \\- why TCP connections are reset\n`,
    heading('DESCRIPTION'),
    paragraph('Each verdict of trace-reset(8) names one of these causes. This is what trace-reset causes NAME prints.'),
    ...OUTCOMES.flatMap(([outcome, name]) => [
      heading(name),
      ...CAUSE_LIST.filter((cause) => cause.outcome === outcome).map(entry),
    ]),
    `${heading('SEE ALSO')}.BR trace\\-reset (8)\n`,
  ])

const entry = ({ id, who, means, usually, next }: Cause) =>
  [
    subheading(id),
    paragraph(`Who: ${who}.`),
    paragraph(means),
    paragraph(`Usually: ${usually}`),
    ...next.map((step) => `.IP \\(bu 2\n${text(step)}\n`),
  ].join('')
