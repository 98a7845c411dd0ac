// SPDX-License-Identifier: MIT
// Names that strangers give to tasks, cgroups, containers, interfaces and hosts are inert in whatever is printed of them: in a terminal,
// a spreadsheet, a browser, a capture, a script that reads lines. The recording is one of the lab's, with such names in it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { replayHere, traceReset } from './command.ts'
import { verdictsOf } from './json.ts'

const directory = mkdtempSync(join(tmpdir(), 'trace-reset-names-'))
afterAll(() => rmSync(directory, { recursive: true }))

/** What a terminal takes for a title and a clear, a shell for lines, a spreadsheet for a formula, a browser for a script. */
const NAMES = {
  escapes: '\u001b]0;owned\u0007\u001b[2J\u009b31m',
  lines: 'two\r\nlines\u2028\u0085end',
  formula: '=HYPERLINK("http://x.example","a")',
  command: "@SUM(1+1)*cmd|'/C calc'!A0",
  markup: '</script><script>alert(1)</script><img src=x onerror=alert(1)>',
  rightToLeft: '\u202egnp.exe\u2066\u200f',
  quotes: '","\\\' `id` $(id) %s',
  nothing: 'nul\0byte',
}

/** Fields of a recording whose text somebody else chose. */
const STRANGE = new Set([
  'comm',
  'cgroup',
  'dev',
  'host',
  'container',
  'pod',
  'namespace',
  'name',
  'kernel',
  'bpftrace',
])

// Of two hosts, of an owner and a killer, of an interface: what each recording has, renamed.
const CAUSES = [
  'unread-data-on-close',
  'process-died',
  'socket-killed',
  'no-listener',
  'wrong-device',
  'local-injection',
]

const fixture = (cause: string) => fileURLToPath(new URL(`../fixtures/6.12/${cause}/recording.jsonl`, import.meta.url))

const renamed = (cause: string, name: string) =>
  readFileSync(fixture(cause), 'utf8')
    .split('\n')
    .map((line) => {
      if (line === '') return line
      const put: unknown = JSON.parse(line, (key, value: unknown) =>
        STRANGE.has(key) && typeof value === 'string' ? name : value,
      )
      return JSON.stringify(put)
    })
    .join('\n')

const recordings = (name: string) =>
  CAUSES.map((cause, number) => {
    const path = join(directory, `${number}.jsonl`)
    writeFileSync(path, renamed(cause, name))
    return path
  })

// oxlint-disable-next-line no-control-regex
const OBEYED = /[\0-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u

const TEXTS = [
  [],
  ['-v'],
  ['-w'],
  ['--explain', '--stack'],
  ['--summary'],
  ['--summary', 'owner,dev'],
  ['--packets'],
  ['-f', 'csv'],
  ['-f', 'json'],
]

describe.each(Object.entries(NAMES))('%s', (_, name) => {
  test.each(TEXTS.map((options) => [options.join(' ') || 'table', options] as const))(
    'in text: %s',
    async (__, options) => {
      const { stdout, stderr, exitCode } = await replayHere([...recordings(name), ...options])
      expect(exitCode).toBe(0)
      expect(stdout.length).toBeGreaterThan(100)
      expect(OBEYED.exec(stdout + stderr)).toBeNull()
    },
  )

  test('JSON has the name itself', async () => {
    const { stdout } = await replayHere([...recordings(name), '-f', 'json'])
    expect(verdictsOf(stdout).map(({ comm }) => comm)).toContain(name)
  })

  test('CSV has a row for each verdict, and no cell that is a formula', async () => {
    const { stdout } = await replayHere([...recordings(name), '-f', 'csv'])
    const { stdout: plain } = await replayHere([...CAUSES.map(fixture), '-f', 'csv'])
    expect(stdout.split('\n').length).toBe(plain.split('\n').length)
    expect(/(?:^|,)"?[=@+]/m.exec(stdout)).toBeNull()
  })

  test('the page has no element of it', async () => {
    const { stdout, exitCode } = await traceReset(['report', ...recordings(name)])
    expect(exitCode).toBe(0)
    expect(stdout).not.toMatch(/<img|<script>alert/)
    expect(OBEYED.exec(stdout)).toBeNull()
  })

  test('comments of a capture have no byte of it that a terminal obeys', async () => {
    const capture = join(directory, 'verdicts.pcapng')
    await replayHere([...recordings(name), '--pcapng', capture, '-q'])
    const bytes = readFileSync(capture)
    expect(OBEYED.test(name) && bytes.includes(name)).toBe(false)
    expect(bytes.includes('python3')).toBe(false)
  })
})
