// SPDX-License-Identifier: MIT
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nat, packet, reply, reset, segment, start, state, stop, SYN, TUPLE } from '../samples.ts'
import { keepCells } from './cells.ts'

let directory = ''
beforeAll(() => (directory = mkdtempSync(join(tmpdir(), 'trace-reset-cells-'))))
afterAll(() => rmSync(directory, { recursive: true }))

const write = (name: string, lines: readonly unknown[]) =>
  writeFileSync(join(directory, name), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
const kept = (name: string, file: string) =>
  readFileSync(join(directory, 'kept', name, file), 'utf8')
    .split('\n')
    .filter(Boolean)

const on = (dport: number, skb: string) => ({ tuple: { ...TUPLE, dport }, segment: segment({ flags: SYN, skb }) })
const cell = (name: string, port: number, family = 4) => ({ name, family, port, held: true, provoked: true })

test('a recording is taken apart by the ports of its triggers, line for line', () => {
  const [mine, others] = [on(8001, 'a1'), on(8002, 'a2')]
  const answers = [reset({ fn: 'tcp_v4_send_reset', ...mine, socket: null }), reply({ skb: 'a1' })]
  const translated = nat({ tuple: { ...TUPLE, dport: 32193 }, reply: { ...nat().reply, sport: 8001 } })
  const listening = state({ to: 'LISTEN', tuple: { ...TUPLE, sport: 0, dport: 8001 } })
  write('recording.jsonl', [
    start(),
    listening,
    translated,
    nat({ tuple: { ...TUPLE, dport: 32194 }, reply: { ...nat().reply, sport: 8002 } }),
    packet(others),
    packet(mine),
    ...answers,
    reply({ skb: 'a2' }),
    { kind: 'tick', at: { s: 1, ns: 0 } },
    stop(),
  ])
  write('live.json', [
    { cause: 'no-listener', sport: 40000, dport: 8001 },
    { cause: 'no-socket', sport: 40000, dport: 8002 },
  ])
  write('options.json', [['--format', 'json']])
  writeFileSync(
    join(directory, 'cells.json'),
    JSON.stringify([cell('no-listener', 8001), cell('no-socket.stray', 8002, 6), cell('mptcp', 8003)]),
  )
  keepCells('server', directory, join(directory, 'kept'))
  expect(readdirSync(join(directory, 'kept'))).toEqual(['no-listener', 'no-socket.stray.ipv6'])
  expect(kept('no-listener', 'recording.jsonl').map((line): unknown => JSON.parse(line))).toEqual([
    start(),
    listening,
    translated,
    packet(mine),
    ...answers,
    stop(),
  ])
  expect(kept('no-listener', 'live.json')).toEqual([
    JSON.stringify({ cause: 'no-listener', sport: 40000, dport: 8001 }),
  ])
  expect(readdirSync(join(directory, 'kept', 'no-listener'))).toEqual(['live.json', 'recording.jsonl'])
})

test('a trace that watched one trigger is kept whole, without what only its run needed', () => {
  for (const file of ['live.json', 'recording.jsonl', 'options.json', 'cells.json', 'live.csv']) write(file, [file])
  keepCells('linger-zero.ss', directory, join(directory, 'kept'))
  expect(readdirSync(join(directory, 'kept', 'linger-zero.ss'))).toEqual(['live.csv', 'live.json', 'recording.jsonl'])
})
