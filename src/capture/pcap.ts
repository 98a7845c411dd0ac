// SPDX-License-Identifier: MIT
// The classic format of tcpdump: draft-ietf-opsawg-pcap.
import { LONGEST, type Reader } from './packet.ts'

const HEADER = 24
const RECORD = 16

/** The magic number as it stands in the file: the order of its bytes, and nanoseconds in a unit of the fraction. */
const MAGIC: Readonly<Record<string, { little: boolean; unit: bigint }>> = {
  a1b2c3d4: { little: false, unit: 1000n },
  d4c3b2a1: { little: true, unit: 1000n },
  a1b23c4d: { little: false, unit: 1n },
  '4d3cb2a1': { little: true, unit: 1n },
}

/** Whether a file that begins so is of this format. */
export const isPcap = (first: Buffer): boolean => first.toString('hex', 0, 4) in MAGIC

/** Reads such a file. */
export const pcapReader = (): Reader => {
  let rest: Buffer = Buffer.alloc(0)
  let kind: { little: boolean; unit: bigint; link: number } | undefined
  return function* (chunk) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let place = 0
    if (kind === undefined) {
      if (rest.length < HEADER) return
      const magic = MAGIC[rest.toString('hex', 0, 4)]
      if (magic === undefined) throw new Error('no capture')
      // The upper bits may tell of a frame check sequence.
      kind = { ...magic, link: u32(rest, 20, magic.little) & 0x0fffffff }
      place = HEADER
    }
    while (rest.length - place >= RECORD) {
      const { little, unit, link } = kind
      const kept = u32(rest, place + 8, little)
      if (kept > LONGEST) throw new Error(`damaged: a packet of ${kept} bytes`)
      if (rest.length - place < RECORD + kept) break
      const at = BigInt(u32(rest, place, little)) * 1_000_000_000n + BigInt(u32(rest, place + 4, little)) * unit
      const bytes = rest.subarray(place + RECORD, place + RECORD + kept)
      yield { link, at, bytes, length: u32(rest, place + 12, little) }
      place += RECORD + kept
    }
    rest = rest.subarray(place)
  }
}

const u32 = (bytes: Buffer, place: number, little: boolean) =>
  little ? bytes.readUInt32LE(place) : bytes.readUInt32BE(place)
