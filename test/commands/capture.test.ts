// SPDX-License-Identifier: MIT
// Captures through the command: sessions whose packets are known, and what --pcapng has written of the fixtures, against the live verdict.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { frame, LINKS, pcap, pcapng, type Frame, type Sent } from '../capture/bytes.ts'
import { replayHere } from '../command.ts'

const directory = mkdtempSync(join(tmpdir(), 'trace-reset-capture-'))
afterAll(() => rmSync(directory, { recursive: true }))
const file = (name: string) => join(directory, name)

const [HERE, PEER] = ['192.0.2.1', '198.51.100.2']
const [FIN, SYN, RST, ACK] = [1, 2, 4, 16]

/** A segment by its direction, flags and numbers, so many milliseconds after the first. */
type Step = [who: 'here' | 'peer', flags: number, seq: number, ack: number, length?: number, ms?: number, ttl?: number]

const framesOf = (steps: readonly Step[]): Frame[] =>
  steps.map(([who, flags, seq, ack, length = 0, ms = 0, ttl = 64], index) => {
    const isOurs = who === 'here'
    const sent: Sent = {
      from: isOurs ? HERE : PEER,
      fromPort: isOurs ? 80 : 40_000,
      to: isOurs ? PEER : HERE,
      toPort: isOurs ? 40_000 : 80,
      seq,
      ack,
      flags,
      window: (flags & RST) !== 0 ? 0 : 500,
      length,
      ttl,
    }
    return frame('ethernet', sent, 1_795_000_000_000_000_000n + BigInt(index * 10 + ms) * 1_000_000n)
  })

const HANDSHAKE: Step[] = [
  ['peer', SYN, 99, 0],
  ['here', SYN | ACK, 199, 100],
  ['peer', ACK, 100, 200],
]

const Line = z.looseObject({
  cause: z.string(),
  outcome: z.string(),
  confidence: z.string(),
  because: z.array(z.string()),
})

const judged = async (name: string, ...more: string[]) => {
  const run = await replayHere([name, '--local', HERE, '-f', 'json', ...more])
  expect(run.exitCode).toBe(0)
  return run.stdout
    .trimEnd()
    .split('\n')
    .filter(Boolean)
    .map((line) => Line.parse(JSON.parse(line)))
}

describe('a RST that came', () => {
  test.each<[string, Step[], string]>([
    ['with ACK at the next number', [...HANDSHAKE, ['peer', RST | ACK, 100, 200]], 'peer-aborted'],
    [
      'without ACK, in answer to data',
      [...HANDSHAKE, ['here', ACK, 200, 100, 10], ['peer', RST, 100, 0]],
      'peer-has-no-socket',
    ],
    [
      'in answer to data after the FIN',
      [...HANDSHAKE, ['peer', FIN | ACK, 100, 200], ['here', ACK, 200, 101, 10], ['peer', RST, 101, 0]],
      'write-after-peer-close',
    ],
    ['with another TTL', [...HANDSHAKE, ['peer', RST | ACK, 100, 200, 0, 0, 250]], 'forged'],
    [
      'for our SYN',
      [
        ['here', SYN, 99, 0],
        ['peer', RST | ACK, 0, 100],
      ],
      'connection-refused',
    ],
    [
      'for our SYN, of another number',
      [
        ['here', SYN, 99, 0],
        ['peer', RST | ACK, 0, 777],
      ],
      'unknown',
    ],
    ['in the handshake', [...HANDSHAKE.slice(0, 2), ['peer', RST, 100, 0]], 'handshake-abandoned'],
    ['beyond the next number', [...HANDSHAKE, ['peer', RST, 5000, 0]], 'unknown'],
    [
      'after a silence',
      [...HANDSHAKE, ['here', ACK, 200, 100, 10, 40_000], ['peer', RST, 100, 0, 0, 40_001]],
      'unknown',
    ],
    ['and this host went on', [...HANDSHAKE, ['peer', RST | ACK, 100, 200], ['here', ACK, 200, 100, 5]], 'unknown'],
    ['for nothing that is known', [['peer', RST, 1, 0]], 'unknown'],
  ])('%s', async (_, steps, cause) => {
    writeFileSync(file('came.pcap'), pcap(LINKS.ethernet.link, framesOf(steps)))
    const [verdict, ...rest] = await judged(file('came.pcap'))
    expect({ cause: verdict?.cause, outcome: verdict?.outcome, rest }).toEqual({ cause, outcome: 'received', rest: [] })
    expect(verdict?.confidence).toBe(cause === 'unknown' ? 'unknown' : 'likely')
  })
})

test.each<[string, Step[], RegExp]>([
  [
    'in answer to a SYN',
    [
      ['peer', SYN, 99, 0],
      ['here', RST | ACK, 0, 100],
    ],
    /no-listener, firewall-reject/,
  ],
  [
    'in answer to data',
    [
      ['peer', ACK, 99, 7, 10],
      ['here', RST, 7, 0],
    ],
    /no-socket, data-after-close/,
  ],
  ['of a socket', [...HANDSHAKE, ['here', RST | ACK, 200, 100]], /unread-data-on-close, linger-zero/],
])('a RST that this host sent %s: the causes that are left, and none is chosen', async (_, steps, left) => {
  writeFileSync(file('sent.pcapng'), pcapng(LINKS.ethernet.link, framesOf(steps)))
  const verdicts = await judged(file('sent.pcapng'))
  expect(verdicts.map(({ cause, outcome }) => [cause, outcome])).toEqual([['unknown', 'sent']])
  expect(verdicts[0]?.because.join('\n')).toMatch(left)
})

test('gzip, several files, filters, expectations, and what was dropped', async () => {
  const frames = framesOf([...HANDSHAKE, ['peer', RST | ACK, 100, 200]])
  writeFileSync(file('a.pcap.gz'), gzipSync(pcap(LINKS.ethernet.link, frames)))
  writeFileSync(file('b.pcapng'), pcapng(LINKS.ethernet.link, frames, { dropped: 3 }))
  const run = await replayHere([file('a.pcap.gz'), file('b.pcapng'), '--local', HERE, '--expect', 'peer-aborted=2'])
  expect(run.exitCode).toBe(0)
  expect(run.stderr).toContain('LOST 3 events')
  expect(await judged(file('a.pcap.gz'), '--dport', '81')).toEqual([])
})

test.each([
  ['it is not said whose it is', [] as string[], 2, 'whose is not said'],
  ['it is beside a recording', ['recording'], 2, 'is a capture, and others are none'],
])('a capture is refused where %s', async (_, more, exitCode, words) => {
  writeFileSync(file('c.pcap'), pcap(1, framesOf(HANDSHAKE)))
  const others = more.map(() => `${FIXTURES}forged/recording.jsonl`)
  const run = await replayHere([file('c.pcap'), ...others])
  expect({ exitCode: run.exitCode, says: run.stderr.includes(words) }).toEqual({ exitCode, says: true })
})

test('damage is told with its place, and what stands before is judged', async () => {
  const whole = pcap(1, framesOf([...HANDSHAKE, ['peer', RST | ACK, 100, 200]]))
  writeFileSync(file('d.pcap'), Buffer.concat([whole, Buffer.alloc(16, 255)]))
  const run = await replayHere([file('d.pcap'), '--local', HERE])
  expect(run.exitCode).toBe(1)
  expect(run.stderr).toContain('damaged: a packet of 4294967295 bytes after packet 4')
  expect(run.stdout).toContain('peer-aborted')
})

const FIXTURES = fileURLToPath(new URL('../../fixtures/6.12/', import.meta.url))

test('what --pcapng wrote of a live trace never contradicts it', async () => {
  const wrong: string[] = []
  for (const name of readdirSync(FIXTURES).filter((one) => !one.includes('.'))) {
    await replayHere([`${FIXTURES}${name}/recording.jsonl`, '--pcapng', file('own.pcapng'), '-q'])
    const live = readFileSync(`${FIXTURES}${name}/live.json`, 'utf8').trimEnd().split('\n')
    const known = live.map((line) => Live.parse(JSON.parse(line)))
    const here = [...new Set(known.map(({ daddr }) => daddr))].join(',')
    const run = await replayHere([file('own.pcapng'), '--local', here, '-f', 'json'])
    for (const { cause } of run.stdout
      .trimEnd()
      .split('\n')
      .filter(Boolean)
      .map((line) => Line.parse(JSON.parse(line))))
      if (cause !== 'unknown' && known.every((one) => one.cause !== cause)) wrong.push(`${name}: ${cause}`)
  }
  expect(wrong).toEqual([])
}, 60_000)

const Live = z.looseObject({ cause: z.string(), daddr: z.string() })
