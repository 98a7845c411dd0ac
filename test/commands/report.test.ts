// SPDX-License-Identifier: MIT
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { traceReset } from '../command.ts'
import { fixture } from '../report/told.ts'

const directory = mkdtempSync(join(tmpdir(), 'trace-reset-report-'))
afterAll(() => rmSync(directory, { recursive: true }))
const file = (name: string) => join(directory, name)

const [FORGED, UNREAD] = [fixture('6.12/forged'), fixture('6.12/unread-data-on-close')]
const Data = z.object({
  resets: z.array(z.looseObject({ cause: z.string() })),
  causes: z.record(z.string(), z.unknown()),
})
const causesIn = (html: string) => {
  const { resets, causes } = Data.parse(JSON.parse(/id="data">(.*?)<\/script>/s.exec(html)?.[1] ?? ''))
  expect(Object.keys(causes).toSorted()).toEqual([...new Set(resets.map(({ cause }) => cause))].toSorted())
  return resets.map(({ cause }) => cause)
}

test('several recordings are one page, in order of time, and standard error has the totals of each', async () => {
  const { stdout, stderr, exitCode } = await traceReset(['report', FORGED, UNREAD, '-o', file('page.html')])
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 0 })
  expect(stderr.match(/1 reset: .*; nothing lost$/gm)).toHaveLength(2)
  const html = readFileSync(file('page.html'), 'utf8')
  expect(html.startsWith('<!doctype html>')).toBe(true)
  expect(causesIn(html)).toEqual(['unread-data-on-close', 'forged'])
})

test('standard output has the page without -o, and filters select', async () => {
  const { stdout, exitCode } = await traceReset(['report', FORGED, UNREAD, '--cause', 'forged'])
  expect({ exitCode, causes: causesIn(stdout) }).toEqual({ exitCode: 0, causes: ['forged'] })
})

test('standard input is read', async () => {
  const { stdout, exitCode } = await traceReset(['report', '-'], { input: readFileSync(UNREAD) })
  expect({ exitCode, causes: causesIn(stdout) }).toEqual({ exitCode: 0, causes: ['unread-data-on-close'] })
})

test('a recording that was cut off is told of, on the page too', async () => {
  writeFileSync(file('cut.jsonl'), readFileSync(UNREAD, 'utf8').split('\n').slice(0, -2).join('\n'))
  const { stdout, stderr, exitCode } = await traceReset(['report', file('cut.jsonl')])
  expect(exitCode).toBe(0)
  expect(stderr).toMatch(/^trace-reset: warning: .*cut\.jsonl was cut off after line/m)
  expect(stdout).toMatch(/<span class="totals lost">.*cut\.jsonl was cut off/)
})

test.each([
  ['no recording', () => ['report'], 2, "missing required argument 'files'"],
  ['one that is not there', () => ['report', file('none')], 1, 'cannot read'],
  [
    'a page over a recording',
    () => ['report', file('own.jsonl'), '-o', file('own.jsonl')],
    2,
    'is one of the recordings',
  ],
  ['a page that cannot be written', () => ['report', UNREAD, '-o', file('no/page.html')], 2, 'cannot write'],
])('%s is refused', async (_, args, exitCode, words) => {
  copyFileSync(UNREAD, file('own.jsonl'))
  const run = await traceReset(args())
  expect({ exitCode: run.exitCode, stdout: run.stdout }).toEqual({ exitCode, stdout: '' })
  expect(run.stderr).toContain(words)
  expect(readFileSync(file('own.jsonl'))).toEqual(readFileSync(UNREAD))
})
