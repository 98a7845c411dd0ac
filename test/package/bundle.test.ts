// SPDX-License-Identifier: MIT
// The bundle under the oldest Node that it is for: it prints what dist/ prints under this one.
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa, type Options } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bin, factsOf, replayHere, traceReset } from '../command.ts'
import { causesOf } from '../json.ts'
import { bundle, ENTRY, ROOT } from './bundle.ts'
import { OLDEST, oldestNode } from './olderNode.ts'

const home = mkdtempSync(join(tmpdir(), 'trace-reset-bundle-'))
let node = ''

/** Runs it where nothing of the repository is near. */
const run = (args: readonly string[], options: Options = {}) =>
  execa(node, [join(home, 'moved', ENTRY), ...args], {
    cwd: home,
    reject: false,
    stripFinalNewline: false,
    stdin: 'ignore',
    timeout: 30_000,
    ...options,
  })

beforeAll(async () => {
  node = await oldestNode()
  await bundle(join(home, 'made'))
  cpSync(join(home, 'made'), join(home, 'moved'), { recursive: true })
  rmSync(join(home, 'made'), { recursive: true })
}, 120_000)

afterAll(() => rmSync(home, { recursive: true }))

test('it is that Node', async () => {
  expect((await execa(node, ['--version'])).stdout).toBe(`v${OLDEST}`)
})

const FIXTURES = join(ROOT, 'fixtures/6.12')
const CAUSES = readdirSync(FIXTURES).filter((name) => !name.includes('.'))
const EVERYTHING = ['--explain', '--stack', '--packets']

test.each([...CAUSES.map((cause) => [cause, 'json']), ['mptcp', 'table'], ['forged', 'csv']])(
  'it judges %s, in %s',
  async (cause, format) => {
    const args = [join(FIXTURES, cause, 'recording.jsonl'), ...EVERYTHING, '--format', format]
    const { stdout, stderr, exitCode } = await run(['replay', ...args])
    expect({ stdout, stderr, exitCode }).toEqual(await replayHere(args))
  },
)

test.each([
  ['its version', ['--version']],
  ['its help', ['--help']],
  ['the causes', ['causes']],
  ['a program, of the probes beside it', ['program', '--facts', factsOf('6.1'), '--packets']],
  ['an error', ['replay', '/nonexistent']],
])('%s', async (_, args) => {
  const { stdout, stderr, exitCode } = await run(args)
  expect({ stdout, stderr, exitCode }).toEqual(await traceReset(args))
})

const ONE = join(FIXTURES, 'forged.burst/recording.jsonl')

test.each([
  ['log records', ['replay', ONE, '--otlp'], '--otlp: the packages of OpenTelemetry are', '@opentelemetry/core'],
  ['a query', ['query', 'SELECT 1', ONE], 'query: DuckDB is', '@duckdb/node-api'],
  ['Parquet', ['replay', ONE, '-f', 'parquet'], '--format parquet: hyparquet-writer is', 'hyparquet-writer'],
])('what %s needs is not in it: said, with what to install', async (_, args, what, name) => {
  const { stderr, exitCode } = await run(args)
  expect(exitCode).toBe(3)
  expect(stderr).toContain(`trace-reset: ${what} not installed\nhint: npm install -g ${name}@`)
})

test('a live trace', async () => {
  const fake = ['--facts', factsOf('6.1'), '--bpftrace', bin('plays'), '--ehash', 'off', '--saddr', '192.0.2.2']
  const { stdout, exitCode } = await run([...fake, '--format', 'json', '-n', '2'])
  expect(causesOf(String(stdout))).toEqual(['unread-data-on-close', 'no-listener'])
  expect(exitCode).toBe(0)
})

const sources = (directory: string) =>
  readdirSync(directory).filter((name) => /\.[ch]$|^Kbuild$|^Makefile$/.test(name) && !name.endsWith('.mod.c'))

test('the source of the module is beside it', () => {
  expect(sources(join(home, 'moved/kmod'))).toEqual(sources(join(ROOT, 'kmod')))
})
