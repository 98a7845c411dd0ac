// SPDX-License-Identifier: MIT
// The plain sentence of each verdict: short enough for a line of a terminal, and in words of a user of sockets.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { correlate } from '../../src/flow/correlate.ts'
import { order } from '../../src/flow/order.ts'
import { decode } from '../../src/recording/decode.ts'
import { judge } from '../../src/verdict/judge.ts'
import { CAUSES, isCause } from '../../src/verdict/causes.ts'
import type { Verdict } from '../../src/verdict/verdict.ts'

const ROOT = fileURLToPath(new URL('../../fixtures/', import.meta.url))
const RECORDINGS = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jsonl'))

/** The longest sentence. */
const MOST = 70

const judged = (text: string): Verdict[] => {
  const [ordered, cases] = [order(250_000_000), correlate()]
  const observations = text
    .trimEnd()
    .split('\n')
    .flatMap((line, index) => ordered.push(decode(line, index + 1)))
  return [...observations, ...ordered.flush()].flatMap(cases.push).concat(cases.flush()).map(judge)
}

/** The same with the longest names of tasks that the kernel has, and the longest PIDs. */
const withLongNames = (text: string) =>
  text
    .replaceAll(/"comm":"[^"]*"/g, '"comm":"fifteen-letters"')
    .replaceAll(/"pid":(\d+)/g, (_, pid: string) => `"pid":${4_000_000 + Number(pid)}`)

/** A kernel's function has small letters and underscores; states, options and reasons have capitals. */
const FUNCTION = /(?<![\w/])[a-z]\w*_\w+/

describe.each([
  ['as recorded', (text: string) => text],
  ['with the longest names', withLongNames],
])('%s', (_, changed) => {
  const verdicts = RECORDINGS.flatMap((name) => judged(changed(readFileSync(`${ROOT}${name}`, 'utf8'))))

  test('every cause is among them', () => {
    const found = new Set(verdicts.map(({ cause }) => cause))
    const causes = Object.keys(CAUSES).filter(isCause)
    expect(causes.filter((cause) => !found.has(cause))).toEqual([])
  })

  test(`no sentence is empty or longer than ${MOST}`, () => {
    expect(verdicts.filter(({ why }) => why.length === 0 || why.length > MOST).map(({ why }) => why)).toEqual([])
  })

  test('none names a function of the kernel, and none has two', () => {
    expect(verdicts.filter(({ why }) => FUNCTION.test(why) || /[.;]( |$)|undefined|null|NaN/.test(why))).toEqual([])
  })
})
