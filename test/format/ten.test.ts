// SPDX-License-Identifier: MIT
// The verdicts by which the two lines were judged, in src/format/README.md, are those that are printed.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { replayHere } from '../command.ts'

const root = new URL('../../', import.meta.url)
const readme = readFileSync(new URL('src/format/README.md', root), 'utf8')
const [, judged = ''] = readme.split('## Ten verdicts, by which the two lines were judged')
const TEN = [...(judged.split('\n## ')[0] ?? '').matchAll(/^`(.+?)`: [^]+?\n\n((?: {4}.*\n){2})/gm)].map(
  ([, name = '', lines = '']) => [name, lines.replaceAll(/^ {4}/gm, '')] as const,
)

test('they are ten', () => {
  expect(TEN.length).toBe(10)
})

test.each(TEN)('%s', async (name, lines) => {
  expect((await replayHere([new URL(`fixtures/6.12/${name}/recording.jsonl`, root).pathname])).stdout).toContain(lines)
})
