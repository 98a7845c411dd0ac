// SPDX-License-Identifier: MIT
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EXAMPLES } from '../../src/cli/help.ts'
import { bin, factsOf, start, traceReset } from '../command.ts'

const directory = mkdtempSync(join(tmpdir(), 'trace-reset-help-'))
afterAll(() => rmSync(directory, { recursive: true }))

const COMMANDS = [
  [],
  ...[
    'replay',
    'top',
    'program',
    'probes',
    'ehash',
    'module',
    'doctor',
    'causes',
    'report',
    'join',
    'query',
    'schema',
  ].map((name) => [name]),
  ['ehash', 'list'],
  ['ehash', 'lookup'],
  ['module', 'status'],
]

test.each(COMMANDS)('-h %s fits in a screen of 24 lines and 80 columns, above a prompt', async (...command) => {
  const { stdout, stderr, exitCode } = await traceReset([...command, '-h'])
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
  expect(stdout.startsWith(`Usage: ${['trace-reset', ...command].join(' ')} `)).toBe(true)
  expect(stdout).toContain('--help')
  const lines = stdout.split('\n')
  expect(lines.length).toBeLessThanOrEqual(24)
  expect(lines.filter((line) => line.length > 80)).toEqual([])
})

test.each(COMMANDS)('--help %s has a line for each option', async (...command) => {
  const { stdout, stderr, exitCode } = await traceReset([...command, '--help'])
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
  expect(stdout.startsWith(`Usage: ${['trace-reset', ...command].join(' ')} `)).toBe(true)
  const lines = stdout.split('\n')
  expect(lines.filter((line) => line.length > 80 || /^ {10,}\S/.test(line))).toEqual([])
})

test('help COMMAND is COMMAND --help', async () => {
  expect(await traceReset(['help', 'ehash'])).toEqual(await traceReset(['ehash', '--help']))
  expect(await traceReset(['help', 'replay'])).toEqual(await traceReset(['replay', '--help']))
})

const examplesIn = async (flag: string) =>
  (await traceReset([flag])).stdout
    .split('\n')
    .filter((line) => line.startsWith('  trace-reset '))
    .map((line) => line.trim().split(/ {2}/)[0])

test('the most used options come with three examples, and the whole help with all', async () => {
  expect((await examplesIn('-h')).length).toBe(3)
  expect(await examplesIn('--help')).toEqual(EXAMPLES.map(({ line }) => line))
})

/** In the place of this kernel: a bpftrace that plays three resets and ends. */
const KERNEL = ['--facts', factsOf('6.1'), '--bpftrace', bin('ends'), '--ehash', 'off']

beforeAll(() =>
  copyFileSync(
    fileURLToPath(new URL('../../fixtures/6.12/peer-aborted/recording.jsonl', import.meta.url)),
    join(directory, 'db.jsonl'),
  ),
)

test.each(EXAMPLES.map(({ line }) => line))('%s', async (line) => {
  const words = [...line.replaceAll('.jsonl.gz', '.jsonl').matchAll(/'([^']*)'|(\S+)/g)]
  const args = words.map(([, quoted, plain]) => quoted ?? plain ?? '').slice(1)
  const live = args[0]?.startsWith('-') === true ? KERNEL : []
  const { stderr, exitCode } = await start([...args, ...live], { cwd: directory, input: '' })
  expect({ stderr: String(stderr).match(/^hint:.*$/gm), exitCode }).toEqual({ stderr: null, exitCode: 0 })
})
