// SPDX-License-Identifier: MIT
// Blocks of pcapng (draft-ietf-opsawg-pcapng), in little-endian byte order.

/** An option of a block: its code and its value. */
export type BlockOption = readonly [code: number, value: Uint8Array]

/** Raw IP packets, of either family: LINKTYPE_RAW. */
const LINKTYPE = 101

/** The longest packet: the headers of IPv6 and TCP without options. libpcap wants one length for all interfaces. */
const SNAP_LENGTH = 60

const OPTION = { end: 0, comment: 1 }
const SECTION = { type: 0x0a0d0d0a, magic: 0x1a2b3c4d, os: 3, application: 4 }
const INTERFACE = { type: 1, name: 2, description: 3, resolution: 9 }
const PACKET = { type: 6, flags: 2, dropped: 4, id: 5, process: 8 }

/** The bits of epb_flags for the direction. */
const DIRECTION = { in: 1, out: 2 }

/** Nanoseconds: 10 to the power of minus nine. */
const RESOLUTION = Uint8Array.of(9)

const text = new TextEncoder()

/** Longest text of one option, whose length has 16 bits. */
const MOST_BYTES = 65_535

/** The head of a capture: what made it, on which system, and what is to be known of it. */
export const sectionHeader = (head: { comment: string; os: string; application: string }): Uint8Array =>
  block(
    SECTION.type,
    [u32(SECTION.magic), u16(1), u16(0), u64(-1n)],
    [
      textOption(OPTION.comment, head.comment),
      textOption(SECTION.os, head.os),
      textOption(SECTION.application, head.application),
    ],
  )

/** An interface; packets name it by its place among those of the capture, from 0 on. */
export const interfaceDescription = (of: { name: string; description: string }): Uint8Array =>
  block(
    INTERFACE.type,
    [u16(LINKTYPE), u16(0), u32(SNAP_LENGTH)],
    [
      textOption(INTERFACE.name, of.name),
      textOption(INTERFACE.description, of.description),
      [INTERFACE.resolution, RESOLUTION],
    ],
  )

/** A packet as it is written. */
export type CapturedPacket = {
  interface: number
  /** Nanoseconds since 1970. */
  time: bigint
  bytes: Uint8Array
  /** Bytes that it had on the wire. */
  length: number
  comments: readonly string[]
  direction: 'in' | 'out'
  /** How many were lost between the one before and this. */
  dropped: number
  /** The same for the same packet, wherever it is seen; null where that is not known. */
  id: bigint | null
  /** The process that it belongs to, where known. */
  pid: number | null
}

/** An Enhanced Packet Block. */
export const enhancedPacket = (packet: CapturedPacket): Uint8Array => {
  const { time, bytes } = packet
  const when = [u32(Number(time >> 32n)), u32(Number(time & 0xffff_ffffn))]
  return block(
    PACKET.type,
    [u32(packet.interface), ...when, u32(bytes.length), u32(packet.length), padded(bytes)],
    [
      ...packet.comments.map((comment) => textOption(OPTION.comment, comment)),
      [PACKET.flags, u32(DIRECTION[packet.direction])],
      ...(packet.dropped === 0 ? [] : [[PACKET.dropped, u64(BigInt(packet.dropped))] as const]),
      ...(packet.id === null ? [] : [[PACKET.id, u64(packet.id)] as const]),
      // The thread is not known.
      ...(packet.pid === null ? [] : [[PACKET.process, concat([u32(packet.pid), u32(0)])] as const]),
    ],
  )
}

/** One after the other. */
export const concat = (parts: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

const block = (type: number, body: readonly Uint8Array[], options: readonly BlockOption[]): Uint8Array => {
  const inside = concat([...body, ...options.flatMap(([code, value]) => [u16(code), u16(value.length), padded(value)])])
  const length = u32(inside.length + 16)
  return concat([u32(type), length, inside, u16(OPTION.end), u16(0), length])
}

const textOption = (code: number, value: string): BlockOption => [code, cut(text.encode(value))]

// Between characters: the bytes after the first of a character of UTF-8 begin with 10.
const cut = (bytes: Uint8Array): Uint8Array => {
  if (bytes.length <= MOST_BYTES) return bytes
  let end = MOST_BYTES
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return bytes.subarray(0, end)
}

const padded = (bytes: Uint8Array): Uint8Array =>
  bytes.length % 4 === 0 ? bytes : concat([bytes, new Uint8Array(4 - (bytes.length % 4))])

const u16 = (value: number) => Uint8Array.of(value & 0xff, (value >>> 8) & 0xff)
const u32 = (value: number) => concat([u16(value & 0xffff), u16(value >>> 16)])
const u64 = (value: bigint) => concat([u32(Number(value & 0xffff_ffffn)), u32(Number((value >> 32n) & 0xffff_ffffn))])
