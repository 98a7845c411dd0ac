// SPDX-License-Identifier: MIT
// --metrics through the command, with a bpftrace of test/bin/.
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { serve } from '../../src/commands/trace/serve.ts'
import { bin, factsOf, replayHere, start, traceReset, until } from '../command.ts'
import { causesOf } from '../json.ts'

const directory = mkdtempSync(join(tmpdir(), 'trace-reset-metrics-'))
afterAll(() => rmSync(directory, { recursive: true }))
const file = (name: string) => join(directory, name)

const FACTS = factsOf('6.1')
const live = (fake: string, ...args: string[]) => [
  '--facts',
  FACTS,
  '--bpftrace',
  bin(fake),
  '--ehash',
  'off',
  '--saddr',
  '192.0.2.2',
  '--format',
  'json',
  ...args,
]

test('a scrape has what was printed, beside every other output; the end closes the server', async () => {
  const others = ['--record', file('r.jsonl'), '--pcapng', file('p.pcapng'), '--balance', '--explain']
  const child = start(live('garbles', '--metrics', '0', '--metrics-labels', 'lport', ...others), {
    stdin: 'ignore',
    timeout: 60_000,
  })
  let [out, told] = ['', '']
  child.stdout?.on('data', (bytes: Buffer) => (out += String(bytes)))
  child.stderr?.on('data', (bytes: Buffer) => (told += String(bytes)))
  await until('three verdicts', () => out.split('\n').length > 3)
  const url = /^trace-reset: metrics: (http:\/\/127\.0\.0\.1:\d+)\/metrics$/m.exec(told)?.[1] ?? ''
  const text = await (await fetch(`${url}/metrics`)).text()
  const valued = (metric: string) => text.split('\n').filter((line) => line.startsWith(metric) && !line.endsWith(' 0'))
  const counted = valued('tracereset_resets_total').map((line) => /cause="([^"]*)".*,lport="80"} 1$/.exec(line)?.[1])
  expect(new Set(counted)).toEqual(new Set(causesOf(out)))
  expect(valued('tracereset_tracing')).toEqual(['tracereset_tracing 1'])
  expect(valued('tracereset_lost_total')).toEqual([expect.stringMatching(/\{what="events"\} [1-9]/)])
  // Recorded facts are of another kernel.
  expect(text).not.toContain('tracereset_kernel_rsts_sent_total')

  child.kill('SIGINT')
  expect((await child).exitCode).toBe(0)
  await expect(fetch(url)).rejects.toThrow('fetch failed')
  expect((await replayHere([file('r.jsonl'), '--expect', 'no-listener'])).exitCode).toBe(0)
  expect(readFileSync(file('p.pcapng')).length).toBeGreaterThan(100)
}, 60_000)

test('a disk that is full under the recording is counted, each line once', async () => {
  symlinkSync('/dev/full', file('full'))
  const child = start(live('garbles', '--metrics', '0', '--record', file('full')), { stdin: 'ignore', timeout: 60_000 })
  let [out, told] = ['', '']
  child.stdout?.on('data', (bytes: Buffer) => (out += String(bytes)))
  child.stderr?.on('data', (bytes: Buffer) => (told += String(bytes)))
  await until('three verdicts', () => out.split('\n').length > 3)
  const url = /^trace-reset: metrics: (.*)$/m.exec(told)?.[1] ?? ''
  const scraped = async () =>
    Number(/^tracereset_lost_total\{what="recorded"\} (\d+)$/m.exec(await (await fetch(url)).text())?.[1])
  expect(await scraped()).toBeGreaterThan(3)
  child.kill('SIGINT')
  // What ends the trace is lost too.
  expect((await child).exitCode).toBe(1)
  expect(told.match(/warning: --record: cannot write/g)).toHaveLength(1)
  expect(told).toMatch(/--record: LOST [1-9]\d* of \d+ lines: no space left on device/)
}, 60_000)

test('a port in use: one line and a hint, before anything is traced or written', async () => {
  const nobody = { metrics: () => Promise.reject(new Error('not asked')), healthy: () => false }
  const other = await serve({ address: '127.0.0.1', port: 0 }, nobody, () => undefined)
  const { port } = new URL(other.url)
  const { stdout, stderr, exitCode } = await traceReset(live('ends', '--metrics', port, '-o', file('no.json')))
  await other.close()
  expect({ stdout, exitCode, written: existsSync(file('no.json')) }).toEqual({
    stdout: '',
    exitCode: 3,
    written: false,
  })
  expect(stderr).toBe(
    `trace-reset: --metrics: cannot listen on 127.0.0.1:${port}: the port is in use\n` +
      'hint: give another port, or address and port, as in 127.0.0.1:9435\n',
  )
}, 60_000)
