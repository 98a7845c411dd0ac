// SPDX-License-Identifier: MIT
// The classic format of tcpdump: draft-ietf-opsawg-pcap.
import { LONGEST, type Reader } from './packet.ts'
import { createRest } from './rest.ts'

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
  const rest = createRest()
  let kind: { little: boolean; unit: bigint; link: number } | undefined
  return function* (chunk) {
    const bytes = rest.with(chunk)
    if (bytes === undefined) return
    let [place, needed] = [0, RECORD]
    if (kind === undefined) {
      if (bytes.length < HEADER) return rest.wait(bytes, HEADER)
      const magic = MAGIC[bytes.toString('hex', 0, 4)]
      if (magic === undefined) throw new Error('no capture')
      // The upper bits may tell of a frame check sequence.
      kind = { ...magic, link: u32(bytes, 20, magic.little) & 0x0fffffff }
      place = HEADER
    }
    while (bytes.length - place >= RECORD) {
      const { little, unit, link } = kind
      const kept = u32(bytes, place + 8, little)
      if (kept > LONGEST) throw new Error(`damaged: a packet of ${kept} bytes`)
      needed = RECORD + kept
      if (bytes.length - place < needed) break
      const at = BigInt(u32(bytes, place, little)) * 1_000_000_000n + BigInt(u32(bytes, place + 4, little)) * unit
      const packet = bytes.subarray(place + RECORD, place + needed)
      yield { link, at, bytes: packet, length: u32(bytes, place + 12, little) }
      place += needed
      needed = RECORD
    }
    rest.wait(bytes.subarray(place), needed)
  }
}

const u32 = (bytes: Buffer, place: number, little: boolean) =>
  little ? bytes.readUInt32LE(place) : bytes.readUInt32BE(place)
