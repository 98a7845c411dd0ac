// SPDX-License-Identifier: MIT
// The ten questions of the README, run over the fixtures: their answers stand in it.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { OBSERVED } from '../../src/query/observed.ts'
import { queryHere, replayHere } from '../command.ts'
import { recordingsOf } from './recordings.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const README = join(ROOT, 'src/query/README.md')
const text = readFileSync(README, 'utf8')

const directory = mkdtempSync(join(tmpdir(), 'trace-reset-questions-'))
afterAll(() => rmSync(directory, { recursive: true }))

const PARQUET = join(directory, 'verdicts.parquet')
beforeAll(async () => {
  await replayHere([...recordingsOf('6.12'), '-f', 'parquet', '-o', PARQUET])
})

/** A question as it stands there: its SQL, its file, and the answer below it. */
const QUESTION = /^ {4}\$ trace-reset query "([^"]*)" (\S+)\n((?: {4}.*\n)*)/gm

test('there are ten', () => {
  expect([...text.matchAll(QUESTION)].length).toBe(10)
})

test('each is answered as the README shows it', async () => {
  let answered = text
  for (const [whole, sql = '', file = '', shown = ''] of text.matchAll(QUESTION)) {
    const path = file === 'verdicts.parquet' ? PARQUET : join(ROOT, file)
    const { stdout, stderr, exitCode } = await queryHere([sql, path])
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
    const lines = stdout.split('\n').slice(0, -1)
    expect(lines.length).toBeGreaterThan(1)
    const question = whole.slice(0, whole.length - shown.length)
    answered = answered.replace(
      whole,
      () => `${question}${lines.map((line) => `    ${line}`.trimEnd() + '\n').join('')}`,
    )
  }
  await expect(answered).toMatchFileSnapshot(README)
})

test('it has the columns of observations, in order', () => {
  const rows = [...text.matchAll(/^\| `(\w+)` +\| (\w+) +\| (.*?) *\|$/gm)].map(([, name, type, means]) => ({
    name,
    type,
    means: means?.replaceAll('\\|', '|'),
  }))
  expect(rows).toEqual(OBSERVED.map(({ name, type, means }) => ({ name, type, means })))
})
