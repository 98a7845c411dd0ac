// SPDX-License-Identifier: MIT
// Captures that are made to cost: what is long comes in small pieces, what is small grows thousandfold, what is whole is cut anywhere.
import { createWriteStream, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { createGzip, gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import type { Reader } from '../../src/capture/packet.ts'
import { pcapReader } from '../../src/capture/pcap.ts'
import { pcapngReader } from '../../src/capture/pcapng.ts'
import { replayHere } from '../command.ts'
import { measured } from '../memory.ts'
import { pcap, pcapng } from './bytes.ts'
import { largeCapture } from './large.ts'

const directory = mkdtempSync(join(tmpdir(), 'trace-reset-hostile-'))
afterAll(() => rmSync(directory, { recursive: true }))
const file = (name: string) => join(directory, name)

const MIB = 2 ** 20

/** One packet of 12 MiB, as both formats have it. */
const longPacket = (): [name: string, reader: Reader, file: Buffer][] => {
  const kept = 12 * MIB
  const record = Buffer.alloc(16 + kept)
  record.writeUInt32LE(kept, 8)
  record.writeUInt32LE(kept, 12)
  const block = Buffer.alloc(32 + kept)
  for (const [place, word] of [6, block.length, 0, 0, 0, kept, kept].entries()) block.writeUInt32LE(word, place * 4)
  block.writeUInt32LE(block.length, block.length - 4)
  return [
    ['pcap', pcapReader(), Buffer.concat([pcap(1, []), record])],
    ['pcapng', pcapngReader(), Buffer.concat([pcapng(1, []), block])],
  ]
}

test.each(longPacket())(
  '%s: a packet of 12 MiB that comes 512 bytes at a time is put together once, not 24,000 times',
  (_, reader, bytes) => {
    let packets = 0
    for (let place = 0; place < bytes.length; place += 512)
      for (const piece of reader(bytes.subarray(place, place + 512))) packets += 'dropped' in piece ? 0 : 1
    expect(packets).toBe(1)
  },
  10_000,
)

const judged = (name: string) =>
  measured(['replay', file(name), '--local', '127.0.0.1', '-f', 'csv', '-o', '/dev/null'])

test('gzip that grows thousandfold is judged in the memory of any other capture', async () => {
  const packet = Buffer.alloc(16 + 65_000)
  packet.writeUInt32LE(65_000, 8)
  packet.writeUInt32LE(65_000, 12)
  const packets = Array.from({ length: 4000 }, () => packet)
  await pipeline(
    Readable.from([pcap(1, []), ...packets]),
    createGzip({ level: 9 }),
    createWriteStream(file('bomb.pcap.gz')),
  )
  const { size } = statSync(file('bomb.pcap.gz'))
  expect((packets.length * packet.length) / size).toBeGreaterThan(900)
  const { exitCode, stderr, mib } = await judged('bomb.pcap.gz')
  expect({ exitCode, says: stderr.includes('has no TCP') }).toEqual({ exitCode: 0, says: true })
  expect(mib).toBeLessThan(200)
}, 120_000)

test('a long capture, of more connections than are remembered, is judged in 200 MB', async () => {
  const pieces = largeCapture(24e6)
  const chunks: Buffer[] = []
  for (let next = pieces.next(); next.done !== true; next = pieces.next()) chunks.push(next.value)
  writeFileSync(file('long.pcapng'), Buffer.concat(chunks))
  const { exitCode, stderr, mib } = await judged('long.pcapng')
  expect(exitCode).toBe(0)
  expect(stderr).toMatch(/^trace-reset: 2\d{3} resets/)
  expect(mib).toBeLessThan(200)
}, 120_000)

const REAL = fileURLToPath(new URL('real/loopback.pcap', import.meta.url))

test('a capture that is cut anywhere, also a gzipped one, gives what stands before, or says what is wrong', async () => {
  const whole = readFileSync(REAL)
  const zipped = gzipSync(whole)
  const { stdout: all } = await replayHere([REAL, '--local', '127.0.0.1', '-f', 'csv'])
  for (let kept = 24; kept < whole.length; kept += 61) {
    writeFileSync(file('cut.pcap'), whole.subarray(0, kept))
    const { stdout, stderr } = await replayHere([file('cut.pcap'), '--local', '127.0.0.1', '-f', 'csv'])
    expect({ stderr, isPart: all.startsWith(stdout) }).toMatchObject({ isPart: true })
  }
  for (let kept = 1; kept < zipped.length; kept += 37) {
    writeFileSync(file('cut.pcap.gz'), zipped.subarray(0, kept))
    const { exitCode } = await replayHere([file('cut.pcap.gz'), '--local', '127.0.0.1', '-f', 'csv'])
    expect([0, 1]).toContain(exitCode)
  }
}, 60_000)
