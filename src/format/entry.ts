// SPDX-License-Identifier: MIT
import type { Verdict } from '../verdict/verdict.ts'
import { explanation } from './explanation.ts'
import { INDENT } from './head.ts'
import { natText } from './nat.ts'
import { judged } from './sentence.ts'
import { printable, wrap } from './text.ts'

/** What stands below the head of a verdict: the sentence, the evidence, the stack, what its cause means. */
export type Below = { sentence: boolean; evidence: boolean; stack: boolean; explain: boolean }

/** That text, in lines of at most `width` columns; `time` is the whole time of the reset. */
export const below = (verdict: Verdict, time: string, width: number, shown: Below): string => {
  const room = width - INDENT
  return [
    ...(shown.sentence ? wrap(printable(judged(verdict)), room) : []),
    ...wrap(natText(verdict), room).filter((line) => line !== ''),
    ...(shown.evidence ? evidenceOf(verdict, time, room) : []),
    ...(shown.stack ? verdict.stack.map((name) => `  ${printable(name)}`) : []),
    ...(shown.explain ? explanation(verdict.cause, room).flat() : []),
  ]
    .map((line) => `${' '.repeat(INDENT)}${line}\n`)
    .join('')
}

const evidenceOf = (verdict: Verdict, time: string, room: number) => [
  ...wrap(printable(facts(verdict, time)), room),
  ...verdict.because.flatMap((text) => {
    const [first = '', ...rest] = wrap(printable(text), room - 2)
    return [`- ${first}`, ...rest.map((line) => `  ${line}`)]
  }),
]

const facts = ({ outcome, who, owner, state, dev, tuple }: Verdict, time: string) =>
  [
    `${OUTCOMES[outcome]} at ${time}`,
    ...(who === 'unknown' ? [] : [who]),
    ...(owner === null ? [] : [`${owner.how} ${owner.comm}[${owner.pid}]`]),
    ...(state === null ? [] : [`state ${state}`]),
    ...(dev === null ? [] : [`dev ${dev}`]),
    `netns ${tuple.netns}`,
  ].join('; ')

const OUTCOMES = { sent: 'sent by this host', received: 'received', ignored: 'received and ignored' } as const
