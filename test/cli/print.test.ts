// SPDX-License-Identifier: MIT
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NEVER, of, throwError, type Observable } from 'rxjs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPrinter } from '../../src/cli/print.ts'
import type { OutputOptions } from '../../src/cli/options.ts'
import { ANY } from '../../src/filter/filter.ts'
import { ANY_VERDICT } from '../../src/filter/verdict.ts'
import type { CreateSink, Output } from '../../src/format/sink.ts'
import type { Line } from '../../src/run.ts'
import { start, verdict } from '../samples.ts'

let directory = ''
beforeAll(() => (directory = mkdtempSync(join(tmpdir(), 'trace-reset-print-'))))
afterAll(() => rmSync(directory, { recursive: true }))

const OPTIONS: OutputOptions = { ...ANY, ...ANY_VERDICT, format: 'table', color: 'auto', count: Infinity, steps: [] }
const LINES = of<Line[]>({ kind: 'verdict', verdict: verdict() }, { kind: 'verdict', verdict: verdict() })

/** A format with a header, bytes that are no text, and a footer. */
const binary: CreateSink = () => {
  let count = 0
  return {
    start: ({ kernel }) => `${kernel}\n`,
    verdict: ({ tuple }) => Uint8Array.of(0xff, 0x00, ++count, tuple.dport),
    step: () => '',
    end: () => Uint8Array.of(0xfe, count),
  }
}
const HEADER = Buffer.from(`${start().kernel}\n`)
const VERDICTS = [0xff, 0x00, 1, 80, 0xff, 0x00, 2, 80]

const printed = async (
  options: Partial<OutputOptions>,
  lines: Observable<Line>,
  { begins = true, until = new AbortController().signal } = {},
) => {
  const out: Output[] = []
  const told: string[] = []
  const { signal } = new AbortController()
  const io = {
    cache: '',
    out: (output: Output) => void out.push(output),
    tell: (line: string) => void told.push(line),
    note: (line: string) => void told.push(line),
    colour: false,
    width: 80,
    zone: () => 0,
    interactive: false,
    stop: signal,
    interrupt: signal,
    kill: signal,
  }
  const printer = createPrinter(io, { ...OPTIONS, ...options }, binary)
  if (begins) printer.see(start())
  const failure = await printer.print(lines, until).then(
    () => undefined,
    (error: unknown) => error,
  )
  return { bytes: Buffer.concat(out.map((output) => Buffer.from(output))), told, failure }
}

test('header, bytes and footer are written as they are', async () => {
  const { bytes, told } = await printed({}, LINES)
  expect(bytes).toEqual(Buffer.concat([HEADER, Buffer.from([...VERDICTS, 0xfe, 2])]))
  expect(told).toEqual(['2 resets: 2 sent, 0 received; 0 look-ups; nothing lost'])
})

test('into a file, too', async () => {
  const output = join(directory, 'verdicts')
  const { bytes } = await printed({ output }, LINES)
  expect(bytes).toHaveLength(0)
  expect(readFileSync(output)).toEqual(Buffer.concat([HEADER, Buffer.from([...VERDICTS, 0xfe, 2])]))
})

test('a run that fails, and one that is cut short, have their footer', async () => {
  const fault = new Error('bpftrace ended')
  const failed = await printed(
    {},
    throwError(() => fault),
  )
  expect(failed).toMatchObject({ bytes: Buffer.concat([HEADER, Buffer.from([0xfe, 0])]), failure: fault })
  const until = new AbortController()
  const cut = printed({}, NEVER, { until: until.signal })
  until.abort()
  expect((await cut).bytes).toEqual(Buffer.concat([HEADER, Buffer.from([0xfe, 0])]))
})

test('a run that never began has neither header, footer nor totals', async () => {
  const until = new AbortController()
  const { bytes, told } = await printed({}, of(), { begins: false, until: until.signal })
  until.abort()
  expect({ bytes: bytes.length, told }).toEqual({ bytes: 0, told: [] })
})
