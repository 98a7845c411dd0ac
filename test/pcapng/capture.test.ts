// SPDX-License-Identifier: MIT
// What --pcapng writes, as Wireshark's own readers understand it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { execa } from 'execa'
import { afterAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Observation } from '../../src/observation.ts'
import { bin, CLI, factsOf, replayHere, start as run, traceReset } from '../command.ts'
import { lackOf } from '../lab/vm/hostPackages.ts'
import { at, call, segment, start, verdict } from '../samples.ts'
import { createCapture } from '../../src/pcapng/capture.ts'
import { verdictsOf } from '../json.ts'

const Evidence = z.object({ cause: z.string(), because: z.array(z.string()) })
const directory = mkdtempSync(join(tmpdir(), 'trace-reset-pcapng-'))
afterAll(() => rmSync(directory, { recursive: true }))
const FILE = join(directory, 'resets.pcapng')
const fixture = (name: string) => join(import.meta.dirname, '../../fixtures/6.12', name, 'recording.jsonl')

const missing = await lackOf({ tshark: 'tshark', capinfos: 'wireshark-common' })

const QUIET = [
  '-n',
  '-o',
  'tcp.analyze_sequence_numbers:FALSE',
  '-o',
  'tcp.check_checksum:TRUE',
  '-o',
  'ip.check_checksum:TRUE',
]
const SEPARATED = ['-T', 'fields', '-E', 'separator=|', '-E', 'aggregator=~']

/** The fields of each packet of the capture in FILE. */
const packets = async (...fields: string[]) => {
  const options = [...QUIET, ...SEPARATED, ...fields.flatMap((name) => ['-e', name])]
  const { stdout } = await execa('tshark', ['-r', FILE, ...options])
  return stdout.split('\n').map((line) => line.split('|'))
}

const PACKETS = 100_000

const line = (observation: Observation) => `${JSON.stringify(observation)}\n`

/** A recording of that many segments, a millisecond apart. */
const recording = function* (): Generator<string> {
  yield line(start({ filter: {}, probes: ['tcp_v4_rcv'] }))
  for (let number = 0; number < PACKETS; number++) {
    const now = at(1000 + number)
    const one = { cpu: 0, fn: 'tcp_v4_rcv', who: '1' }
    const skb = (0xffff_0000 + number).toString(16)
    yield (
      line(call({ at: now, ...one, segment: segment({ skb, seq: number }) })) +
      line({ kind: 'return', at: { s: now.s, ns: now.ns + 900 }, ...one, value: '0' })
    )
    if (number % 100 === 0) yield line({ kind: 'tick', at: now, read: now })
  }
  yield line({ kind: 'stop', error: null })
}

describe.skipIf(missing !== undefined)('Wireshark reads', () => {
  test.each([
    ['unread-data-on-close', 'out'],
    ['no-listener', 'out'],
    ['peer-aborted', 'in'],
    ['ignored-out-of-window', 'in'],
    ['connection-refused.ipv6', 'in'],
    ['keepalive-timeout.ipv6', 'out'],
  ])('the RST of %s with its verdict', async (name, direction) => {
    await replayHere([fixture(name), '--pcapng', FILE])
    const { stdout } = await replayHere([fixture(name), '--format', 'json'])
    const expected = verdictsOf(stdout).map((each) => Evidence.parse(each))
    const read = await packets(
      'frame.comment',
      'tcp.flags.reset',
      'frame.packet_flags_direction',
      'tcp.checksum.status',
    )
    expect(read).toHaveLength(expected.length)
    for (const [index, [comments = '', isRst, way, checksum]] of read.entries()) {
      const [first = '', ...others] = comments.split('~')
      const { cause, because } = expected[index] ?? { cause: '', because: [] }
      expect(first.startsWith(`${cause}: `)).toBe(true)
      expect(others.slice(-because.length)).toEqual(because)
      expect({ isRst, way, checksum }).toEqual({
        // In words since Wireshark 4.2.
        isRst: expect.stringMatching(/^(1|True)$/) as unknown,
        way: direction === 'in' ? '0x00000001' : '0x00000002',
        checksum: '1',
      })
    }
  })

  test('the head: what made it, on which kernel, that it is rebuilt; each interface with its network namespace', async () => {
    await replayHere([fixture('peer-aborted'), '--pcapng', FILE])
    const { stdout } = await execa('capinfos', [FILE])
    for (const part of [
      /File timestamp precision: {2}nanoseconds/,
      /Capture oper-sys: +Linux 6\.12/,
      /Capture application: trace-reset /,
      /Capture comment: +The packets are rebuilt/,
      /Name = \S+@\d+/,
      /Description = network namespace \d+; trace-reset filter: /,
      /Encapsulation = Raw IP/,
    ])
      expect(stdout).toMatch(part)
  })

  test('each segment once, its steps in its comments', async () => {
    const steps = [
      ['ip_rcv', 1000, '1', 7],
      ['tcp_v4_rcv', 1001, '1', 7],
      ['ip_rcv', 1002, '1', 8],
      ['tcp_v4_do_rcv', 1003, '1', 7],
      ['ip_rcv', 1200, '1', 7],
    ] as const
    const capture = createCapture()
    const all = steps.map(([fn, ms, skb, seq]) =>
      capture.step({ call: call({ fn, at: at(ms), segment: segment({ skb, seq }) }), returned: null }, start()),
    )
    writeFileSync(FILE, Buffer.concat([capture.start(start()), ...all, capture.end(start())]))
    expect(await packets('tcp.seq_raw', 'frame.packet_id', 'frame.comment')).toEqual([
      ['7', '1', 'ip_rcv, cpu 0~tcp_v4_rcv, cpu 0~tcp_v4_do_rcv, cpu 0'],
      ['8', '1', 'ip_rcv, cpu 0'],
      ['7', '1', 'ip_rcv, cpu 0'],
    ])
  })

  test('what was lost before a packet, names without their escapes, and a capture that was cut off', async () => {
    const capture = createCapture()
    const head = start()
    const bytes = Buffer.concat([
      capture.start(head),
      capture.see({ kind: 'lost', what: 'events', count: 3 }, head),
      capture.verdict(verdict({ owner: { how: 'closer', pid: 1, comm: '\u001b[2J', cgroup: null } }), head),
      capture.verdict(verdict(), head),
      capture.end(head),
    ])
    writeFileSync(FILE, bytes)
    const read = await packets('frame.drop_count', 'frame.comment')
    expect(read.map(([lost]) => lost)).toEqual(['3', ''])
    expect(read[0]?.[1]).toContain('\\x1b[2J[1]')
    writeFileSync(FILE, bytes.subarray(0, -8))
    const { stdout } = await execa('tshark', ['-r', FILE, ...QUIET], { reject: false })
    expect(stdout.split('\n')).toHaveLength(1)
  })

  test(`${PACKETS} packets through a pipe, as wireshark -k -i - takes it, no faster than they are read`, async () => {
    const told = 'data:text/javascript,process.on("exit",()=>console.error(process.resourceUsage().maxRSS))'
    const writer = [process.execPath, '--import', told, CLI, 'replay', '-', '--packets', '--pcapng', '-']
    const pipeline = execa('sh', ['-c', '"$@" | tshark -i - -l -n -T fields -e tcp.seq_raw', 'sh', ...writer])
    Readable.from(recording()).pipe(pipeline.stdin)
    const { stdout, stderr } = await pipeline
    expect(stdout.split('\n').map(Number)).toEqual(Array.from({ length: PACKETS }, (_, number) => number))
    const kilobytes = Number(/^\d+$/m.exec(stderr)?.[0])
    expect(kilobytes).toBeLessThan(400_000)
  }, 120_000)
})

test('standard output has the packets alone, a file of its own the verdicts', async () => {
  const output = join(directory, 'verdicts.json')
  const { stdout } = await run(['replay', fixture('forged'), '--pcapng', '-', '-o', output, '-f', 'json'], {
    encoding: 'buffer',
  })
  expect(stdout).toBeInstanceOf(Uint8Array)
  expect(stdout?.slice(0, 4)).toEqual(Uint8Array.of(10, 13, 13, 10))
  expect(readFileSync(output, 'utf8')).toContain('"cause":"forged"')
})

test.each([
  [
    'a directory that is not there',
    ['replay', fixture('forged'), '--pcapng', '/nonexistent/x'],
    '--pcapng: cannot write',
  ],
  ['a full disk', ['replay', fixture('forged'), '--pcapng', '/dev/full'], 'no space left on device'],
  ['the recording itself', ['replay', fixture('forged'), '--pcapng', fixture('forged')], 'is one of the recordings'],
  [
    'the file of another option',
    ['--facts', factsOf('6.1'), '--bpftrace', bin('plays'), '--pcapng', FILE, '-o', FILE],
    'name the same file',
  ],
])('refuses %s', async (_, args, message) => {
  const { stderr, exitCode } = await traceReset(args)
  expect(stderr).toContain(message)
  expect(exitCode).not.toBe(0)
})

test.each([
  ['skb7', 7n],
  ['ffff888101a2c0e8', 0xffff888101a2c0e8n],
])('a segment by its number in the recording, or by its address in older ones: %s', (skb, id) => {
  const capture = createCapture()
  capture.start(start())
  const bytes = capture.verdict(
    verdict({ rst: { from: 'packet', skb, flags: 4, seq: 1, ack: 0, window: 0, length: 0, ttl: 64, ip_id: 0 } }),
    start(),
  )
  // epb_packetid: option 5 of 8 bytes, in the byte order of this writer.
  const option = Buffer.alloc(12)
  option.writeUInt16LE(5)
  option.writeUInt16LE(8, 2)
  option.writeBigUInt64LE(id, 4)
  expect(Buffer.from(bytes).includes(option)).toBe(true)
})
