// SPDX-License-Identifier: MIT
// --journald, with the logger of test/bin/; reading the real journal back is for machines that have one.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeEach, expect, test, vi } from 'vitest'
import { openJournald } from '../../src/commands/trace/journald.ts'
import { journalEntry, MESSAGE_ID } from '../../src/format/journal.ts'
import { bin, factsOf, traceReset } from '../command.ts'
import { start, verdict } from '../samples.ts'

const directory = mkdtempSync(join(tmpdir(), 'trace-reset-journald-'))
afterAll(() => rmSync(directory, { recursive: true }))
const JOURNAL = join(directory, 'journal')
// A file that is there: whether journald listens is not asked of this machine.
const SYSTEM = { logger: bin('logger'), socket: directory }

beforeEach(() => rmSync(JOURNAL, { force: true }))

const journal = async (system: typeof SYSTEM, verdicts: number, cutShort = false) => {
  const kill = new AbortController()
  const said: string[] = []
  const say = (line: string) => void said.push(line)
  const outlet = await openJournald({ tell: say, kill: kill.signal }, say, system)
  outlet.see(start())
  for (let i = 0; i < verdicts; i++) outlet.judged(verdict())
  if (cutShort) kill.abort()
  await outlet.end()
  return said
}

test('an entry for each verdict', async () => {
  vi.stubEnv('JOURNAL', JOURNAL)
  expect(await journal(SYSTEM, 3)).toEqual([])
  expect(readFileSync(JOURNAL, 'utf8')).toBe(`${journalEntry(verdict(), start())}\n`.repeat(3))
})

test('entries that cannot be written: told once, and counted', async () => {
  vi.stubEnv('JOURNAL', undefined)
  expect(await journal(SYSTEM, 2)).toEqual([
    expect.stringMatching(
      /^--journald: \S+logger failed with exit code 1: logger: journald entry could not be written: entries are lost$/,
    ),
    '--journald: LOST 2 of 2 entries',
  ])
})

test('a flood: ten thousand wait, and the end does not when it is cut short', async () => {
  vi.stubEnv('JOURNAL', JOURNAL)
  const [first, last] = await journal(SYSTEM, 20_000, true)
  expect(first).toBe('--journald: more verdicts than logger takes: entries are lost')
  expect(last).toBe('--journald: LOST 20000 of 20000 entries')
})

test.each([
  ['no logger', { ...SYSTEM, logger: 'no-such-logger' }, 'no no-such-logger that takes --journald'],
  ['one that cannot', { ...SYSTEM, logger: 'true' }, 'no true that takes --journald'],
  ['no journald', { ...SYSTEM, socket: join(directory, 'none') }, `no journald listens on ${join(directory, 'none')}`],
])('%s: 3', async (_, system, words) => {
  await expect(journal(system, 0)).rejects.toMatchObject({ exitCode: 3, message: `--journald: ${words}` })
})

const running = existsSync('/run/systemd/journal/socket')
const live = ['--facts', factsOf('6.1'), '--bpftrace', bin('ends'), '--ehash', 'off', '--journald']

test.skipIf(running)('a machine without journald: said before anything is traced', async () => {
  const { stdout, stderr, exitCode } = await traceReset(live)
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 3 })
  expect(stderr).toMatch(/^trace-reset: --journald: no .*\nhint: .*\n$/)
})

test.skipIf(!running)('the journal has them', async () => {
  const since = new Date(Date.now() - 1000).toISOString().slice(0, 19).replace('T', ' ')
  expect((await traceReset(live)).exitCode).toBe(0)
  await execa('journalctl', ['--sync'], { reject: false })
  const { stdout } = await execa('journalctl', [
    `MESSAGE_ID=${MESSAGE_ID}`,
    '--utc',
    `--since=${since} UTC`,
    '-o',
    'json',
  ])
  const causes = stdout.split('\n').map((line) => /"TCP_RESET_CAUSE":"([^"]*)"/.exec(line)?.[1])
  expect(causes).toEqual(['unread-data-on-close', 'no-listener', 'peer-aborted'])
})
