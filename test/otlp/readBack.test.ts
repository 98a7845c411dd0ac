// SPDX-License-Identifier: MIT
// Verdicts of replayed recordings, sent by --otlp to a real VictoriaLogs and read back from it, field by field.
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ATTRIBUTES } from '../../src/format/otlp.ts'
import { replayHere, traceReset } from '../command.ts'
import { ensureVictoriaLogs, startEngine, type Engine, type Row } from '../fleet/victoriaLogs.ts'

const FIXTURES = fileURLToPath(new URL('../../fixtures/6.12', import.meta.url))
const RECORDINGS = readdirSync(FIXTURES)
  .filter((name) => !name.endsWith('.md'))
  .map((name) => `${FIXTURES}/${name}/recording.jsonl`)

const missing = await ensureVictoriaLogs()

/** A line of `--format json`. */
const Line = z.record(z.string(), z.unknown())
type Line = Readonly<z.infer<typeof Line>>

describe.skipIf(missing !== undefined)(`VictoriaLogs ${missing ?? ''}`, () => {
  let engine: Engine
  let stored: Row[]
  let printed: Line[]
  let shipped: Awaited<ReturnType<typeof traceReset>>

  beforeAll(async () => {
    engine = await startEngine()
    const { stdout } = await replayHere([...RECORDINGS, '-f', 'json'])
    printed = stdout
      .trim()
      .split('\n')
      .map((line) => Line.parse(JSON.parse(line)))
    shipped = await traceReset(['replay', ...RECORDINGS, '-o', '/dev/null', '--otlp', engine.otlp])
    await engine.flush()
    stored = await engine.query('*')
  }, 120_000)

  afterAll(async () => {
    await engine.kill()
    engine.remove()
  })

  test('has as many as were printed', () => {
    expect(shipped.stderr).toContain(`has taken ${printed.length} verdicts`)
    expect(shipped.exitCode).toBe(0)
    expect(stored.length).toBe(printed.length)
    expect(stored.length).toBeGreaterThan(80)
  })

  test('has every field of each, with its value and its exact time', () => {
    const expected = printed.map((line) => ({
      _time: shortTime(String(line['time'])),
      event_name: 'tcp.reset',
      'service.name': 'trace-reset',
      'os.version': line['kernel'],
      ...Object.fromEntries(
        ATTRIBUTES.filter(({ name }) => !(name in UNPRINTED)).map(({ name, field }) => [
          name,
          attribute(name, field, line),
        ]),
      ),
    }))
    const names = Object.keys(expected[0] ?? {})
    const got = stored.map((row) => Object.fromEntries(names.map((name) => [name, row[name]])))
    expect(got.toSorted(byText)).toEqual(expected.toSorted(byText))
  })

  test('has nothing else but what is known: the rest of the record, and what the TCP hash held', () => {
    const known = new Set([...ATTRIBUTES.map(({ name }) => name), ...REST])
    const others = new Set(stored.flatMap((row) => Object.keys(row)).filter((name) => !known.has(name)))
    expect([...others].filter((name) => !name.startsWith('tcp.reset.ehash.'))).toEqual([])
  })

  test('counts severities', async () => {
    const counts = await engine.query('* | stats by (severity_text) count() as n | sort by (severity_text)')
    const forged = printed.filter(({ cause }) => cause === 'forged').length
    const low = printed.filter(({ cause, outcome }) => outcome === 'ignored' || cause === 'time-wait').length
    expect(counts.map(({ severity_text, n }) => [severity_text, Number(n)])).toEqual([
      ['ERROR', forged],
      ['INFO', low],
      ['WARN', printed.length - forged - low],
    ])
  })
})

/** Attributes that no field of the output has in this form. */
const UNPRINTED = { 'network.io.direction': 1, 'tcp.reset.rst.seq': 1, 'tcp.reset.rst.ack': 1 }

const REST =
  '_time _stream _stream_id _msg event_name severity_number severity_text scope.name scope.version service.name service.version host.name os.type os.version'.split(
    ' ',
  )

// It leaves out zeros at the end.
const shortTime = (time: string) => time.replace(/\.?0*Z$/, 'Z')

const STATES: Readonly<Record<string, string>> = {
  SYN_RECV: 'syn_received',
  NEW_SYN_RECV: 'syn_received',
  FIN_WAIT1: 'fin_wait_1',
  FIN_WAIT2: 'fin_wait_2',
  CLOSE: 'closed',
}

/** What a store of texts has of a field; undefined where that is nothing. */
const attribute = (name: string, field: string | undefined, line: Line): string | undefined => {
  if (name === 'network.transport') return 'tcp'
  if (name === 'network.type') return `ipv${String(line['family'])}`
  const value = name.startsWith('tcp.reset.nat.') ? ofNat(name, line['nat']) : line[field ?? '']
  if (name === 'network.connection.state') return value === 'NONE' ? undefined : (STATES[String(value)] ?? lower(value))
  return text(value)
}

const ofNat = (name: string, nat: unknown): unknown => {
  const part = { peer: 's', local: 'd', netns: '' }[name.split('.')[3] ?? '']
  const field = part === '' ? 'netns' : `${part}${name.endsWith('.port') ? 'port' : 'addr'}`
  return typeof nat === 'object' && nat !== null ? Object.entries(nat).find(([key]) => key === field)?.[1] : undefined
}

const lower = (value: unknown) => text(value)?.toLowerCase()
const text = (value: unknown) => {
  if (value === null || value === undefined || value === '') return undefined
  return typeof value === 'string' ? value : JSON.stringify(value)
}

const byText = (one: object, other: object) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)
