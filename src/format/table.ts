// SPDX-License-Identifier: MIT
import { styleText } from 'node:util'
import { endpoint } from '../flow/tuple.ts'
import { isoTime, type Time } from '../time.ts'
import type { Verdict } from '../verdict/verdict.ts'
import { explanation } from './explanation.ts'
import { natText } from './nat.ts'
import type { CreateSink } from './sink.ts'
import { stepEntry } from './step.ts'
import { printable, wrap } from './text.ts'

const WIDTH = 80
const INDENT = 13

/** For people: a row for each verdict with its evidence below. What a cause means is said once, below its first verdict. */
export const table: CreateSink = ({ paint, stack, explain }) => {
  const explained = new Set<string>()
  const isNew = ({ cause }: Verdict) => explain && explained.size < explained.add(cause).size
  return {
    start: () => row('TIME (UTC)', 'PEER', 'LOCAL', 'CAUSE'),
    verdict: (verdict, { boot }) => entry(verdict, boot, { paint, stack, explain: isNew(verdict) }),
    step: stepEntry,
    end: () => '',
  }
}

type Look = { paint: boolean; stack: boolean; explain: boolean }

// A row with the cause, a line of who it was, and the evidence, in 80 columns where addresses allow it.
const entry = (verdict: Verdict, boot: Time, { paint, stack, explain }: Look): string => {
  const { tuple, cause } = verdict
  const time = isoTime(verdict.at, boot).slice(11, 23)
  const head = row(
    time,
    endpoint(tuple.saddr, tuple.sport),
    endpoint(tuple.daddr, tuple.dport),
    coloured(verdict, cause, paint),
  )
  const evidence = verdict.because.flatMap((sentence) => {
    const [first = '', ...rest] = wrap(printable(sentence), WIDTH - INDENT - 2)
    return [`- ${first}`, ...rest.map((line) => `  ${line}`)]
  })
  const frames = stack ? verdict.stack.map((name) => `  ${printable(name)}`) : []
  const meaning = explain ? explanation(cause, WIDTH - INDENT).flat() : []
  return (
    head +
    [...wrap(printable(summary(verdict)), WIDTH - INDENT), ...evidence, ...frames, ...meaning]
      .map((line) => `${' '.repeat(INDENT)}${line}\n`)
      .join('')
  )
}

const row = (time: string, peer: string, local: string, cause: string) =>
  `${time.padEnd(12)} ${peer.padEnd(21)} ${local.padEnd(21)} ${cause}\n`

const summary = (verdict: Verdict) => {
  const { outcome, who, confidence, owner, state, tuple } = verdict
  const translated = natText(verdict)
  return [
    `${OUTCOMES[outcome]}: ${whoText(who, confidence)}`,
    ...(owner === null ? [] : [`${owner.how} ${owner.comm}[${owner.pid}]`]),
    ...(state === null ? [] : [`state ${state}`]),
    `netns ${tuple.netns}`,
    ...(translated === undefined ? [] : [translated]),
  ].join('; ')
}

const coloured = ({ confidence }: Verdict, text: string, paint: boolean) => {
  if (!paint) return text
  const colour = confidence === 'certain' ? 'red' : confidence === 'likely' ? 'yellow' : 'dim'
  return styleText(colour, text, { validateStream: false })
}

const OUTCOMES = { sent: 'sent by this host', received: 'received', ignored: 'received and ignored' } as const

// Of an ignored RST the cause may be certain, and nobody's doing.
const whoText = (who: string, confidence: string) => {
  if (who !== 'unknown') return `${who}, ${confidence}`
  return confidence === 'unknown' ? 'who and why is not known' : confidence
}
