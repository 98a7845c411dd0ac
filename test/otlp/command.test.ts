// SPDX-License-Identifier: MIT
// --otlp through the command, live and in a replay.
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bin, factsOf, start, traceReset, until } from '../command.ts'
import { startCollector } from './collector.ts'

const RECORDING = fileURLToPath(new URL('../../fixtures/6.12/forged.burst/recording.jsonl', import.meta.url))

let collector: Awaited<ReturnType<typeof startCollector>>
beforeAll(async () => void (collector = await startCollector([200])))
afterAll(() => collector.close())

const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0)

test('a live trace, and its verdicts are printed too', async () => {
  const before = sum(collector.records())
  const { stdout, stderr, exitCode } = await traceReset([
    '--facts',
    factsOf('6.1'),
    '--bpftrace',
    bin('ends'),
    '--ehash',
    'off',
    '-f',
    'json',
    '--otlp',
    collector.url,
  ])
  expect([exitCode, stdout.trim().split('\n').length, sum(collector.records()) - before]).toEqual([0, 3, 3])
  expect(stderr).toContain(`trace-reset: --otlp: ${collector.url}/v1/logs has taken 3 verdicts\n`)
})

test('recordings', async () => {
  const before = sum(collector.records())
  const { stderr, exitCode } = await traceReset(['replay', RECORDING, RECORDING, '--otlp', collector.url])
  expect([exitCode, sum(collector.records()) - before]).toEqual([0, 6])
  expect(stderr).toContain('has taken 6 verdicts')
})

test('a replay of which something was not taken: 1', async () => {
  const refusing = await startCollector([404])
  const { stderr, exitCode } = await traceReset(['replay', RECORDING, '--otlp', refusing.url])
  await refusing.close()
  expect(exitCode).toBe(1)
  expect(stderr).toContain('it answers 404 Not Found: verdicts are lost')
  expect(stderr).toContain('--otlp: LOST 3 of 3 verdicts')
})

test('a live trace goes on without its collector, and ends well', async () => {
  const hanging = await startCollector(['hang'])
  const child = start(
    ['--facts', factsOf('6.1'), '--bpftrace', bin('plays'), '--ehash', 'off', '--otlp', hanging.url],
    { timeout: 40_000 },
  )
  let printed = ''
  child.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  await until('a verdict, and a request', () => printed.includes('no-listener') && hanging.received.length > 0)
  // Two of one kind would be one, had the first not been taken yet.
  child.kill('SIGINT')
  child.kill('SIGTERM')
  const { exitCode, stderr } = await child
  await hanging.close()
  expect([0, 130]).toContain(exitCode)
  expect(stderr).toMatch(/--otlp: LOST \d+ of \d+ verdicts/)
})
