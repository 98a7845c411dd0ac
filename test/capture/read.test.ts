// SPDX-License-Identifier: MIT
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Piece, Reader } from '../../src/capture/packet.ts'
import { pcapReader } from '../../src/capture/pcap.ts'
import { pcapngReader } from '../../src/capture/pcapng.ts'
import { segmentOf, type Captured } from '../../src/capture/segment.ts'
import { frame, LINKS, pcap, pcapng, type LinkName, type Sent } from './bytes.ts'

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const port = fc.integer({ min: 0, max: 65_535 })
const common = {
  fromPort: port,
  toPort: port,
  seq: word,
  ack: word,
  flags: fc.integer({ min: 0, max: 255 }),
  window: port,
  length: fc.integer({ min: 0, max: 1400 }),
  ttl: fc.integer({ min: 0, max: 255 }),
}
const sent: fc.Arbitrary<Sent> = fc.oneof(
  fc.record({ ...common, from: fc.constant('192.0.2.1'), to: fc.constant('198.51.100.2') }),
  fc.record({
    ...common,
    from: fc.constant('2001:db8:1::1'),
    to: fc.constant('2001:db8:2::2'),
    headers: fc.array(fc.constantFrom(0, 43, 60, 51), { maxLength: 6 }),
  }),
)
const at = fc.bigInt({ min: 0n, max: 4_000_000_000_000_000_000n })
const names = Object.keys(LINKS).filter((name): name is LinkName => name in LINKS)

const PLAIN = { fromPort: 1, toPort: 2, seq: 3, ack: 4, flags: 4, window: 5, length: 0, ttl: 64 }

/** What a reader makes of a file that comes in pieces of these lengths. */
const read = (reader: Reader, bytes: Buffer, cuts: readonly number[] = []): Piece[] => {
  const pieces: Piece[] = []
  let place = 0
  for (const cut of [...cuts, bytes.length]) {
    pieces.push(...reader(bytes.subarray(place, Math.min(bytes.length, place + cut))))
    place += cut
  }
  return pieces
}

const segmentsOf = (pieces: readonly Piece[]) =>
  pieces.flatMap((piece) => ('dropped' in piece ? [] : [segmentOf(piece)]))

const expected = (sent: Sent, when: bigint): Captured => {
  const { headers, ...one } = sent
  expect(headers?.every((header) => header !== 6)).not.toBe(false)
  const isFour = !one.from.includes(':')
  return { ...one, at: when, family: isFour ? 4 : 6, ip_id: isFour ? 7 : 0 }
}

const cuts = fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 30 })

describe.each(names)('%s', (name) => {
  test('gives its segments in both formats, wherever the file is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(sent, at), { maxLength: 5 }), fc.boolean(), cuts, (segments, little, places) => {
        const frames = segments.map(([one, when]) => frame(name, one, when))
        const wanted = segments.map(([one, when]) => expected(one, when))
        const { link } = LINKS[name]
        expect(segmentsOf(read(pcapReader(), pcap(link, frames, { little }), places))).toEqual(wanted)
        expect(segmentsOf(read(pcapngReader(), pcapng(link, frames, { little }), places))).toEqual(wanted)
      }),
    )
  })
})

test('microseconds, and what the system had dropped', () => {
  const one: Sent = { ...PLAIN, from: '192.0.2.1', to: '198.51.100.2' }
  const frames = [frame('raw', one, 1_700_000_000_123_456_789n)]
  expect(segmentsOf(read(pcapReader(), pcap(101, frames, { fine: false })))[0]?.at).toBe(1_700_000_000_123_456_000n)
  expect(read(pcapngReader(), pcapng(101, frames, { dropped: 7 }))).toContainEqual({ dropped: 7 })
})

/** What is no capture is told in words, and nothing else is thrown. */
const tolerated = (work: () => unknown): boolean => {
  try {
    work()
    return true
  } catch (error) {
    return /^Error: (?:damaged: |no capture)/.test(String(error))
  }
}

test('whatever is damaged is told, or passed over: nothing breaks, nothing is waited for without end', () => {
  const hostile = fc.tuple(
    fc.constantFrom(...names),
    fc.array(fc.tuple(sent, at), { minLength: 1, maxLength: 4 }),
    fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 8 }),
    fc.nat({ max: 400 }),
    cuts,
  )
  fc.assert(
    fc.property(hostile, ([name, segments, damages, shorter, places]) => {
      const frames = segments.map(([one, when]) => frame(name, one, when))
      for (const [reader, file] of [
        [pcapReader(), pcap(LINKS[name].link, frames)],
        [pcapngReader(), pcapng(LINKS[name].link, frames)],
      ] as const) {
        for (const [place, value] of damages) file[place % file.length] = value
        const kept = file.subarray(0, Math.max(4, file.length - shorter))
        expect(tolerated(() => segmentsOf(read(reader, kept, places)))).toBe(true)
      }
    }),
    { numRuns: 400 },
  )
})

test('headers of IPv6 that lead nowhere, or round, end', () => {
  const one: Sent = { ...PLAIN, from: '2001:db8::1', to: '2001:db8::2' }
  const many = frame('raw', { ...one, headers: Array.from({ length: 200 }, () => 60) }, 0n)
  const packet = { link: 101, at: 0n, bytes: Buffer.from(many.bytes), length: many.length }
  expect(segmentOf(packet)).toBeUndefined()
  for (let kept = 0; kept < 100; kept += 1)
    expect(() => segmentOf({ ...packet, bytes: packet.bytes.subarray(0, kept) })).not.toThrow()
})

const claim = (type: number) => {
  const file = pcapng(1, [])
  const block = Buffer.alloc(12)
  block.writeUInt32LE(type, 0)
  block.writeUInt32LE(0xfffffffc, 4)
  return Buffer.concat([file, block])
}

test('a block that claims four gigabytes is passed over, and a packet that does is damage', () => {
  expect(() => read(pcapngReader(), claim(0xbad))).not.toThrow()
  expect(() => read(pcapngReader(), claim(6))).toThrow(/^damaged: a packet of 4294967292 bytes/)
})
