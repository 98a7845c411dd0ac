// SPDX-License-Identifier: MIT
// From the bytes of a frame to its TCP segment: whatever is no TCP, or is cut off before its flags, is none.
import { addressOf } from './address.ts'
import type { Packet } from './packet.ts'

/** A segment with the ends of its packet. `length` is the payload in bytes, also of what was not kept. */
export type Captured = {
  at: bigint
  family: 4 | 6
  from: string
  fromPort: number
  to: string
  toPort: number
  ttl: number
  ip_id: number
  seq: number
  ack: number
  flags: number
  window: number
  length: number
}

const [IPV4, IPV6] = [0x0800, 0x86dd]
const VLANS: readonly number[] = [0x8100, 0x88a8, 0x9100]
const TCP = 6

/** Tags and headers one in the other that are followed. */
const MOST_NESTED = 16

/** The segment of a packet. */
export const segmentOf = (packet: Packet): Captured | undefined => {
  const start = networkOf(packet)
  if (start === undefined) return undefined
  const version = (packet.bytes[start.place] ?? 0) >> 4
  // What the link layer says, and what the packet says of itself.
  if (version === 4 && start.type === IPV4) return ofIpv4(packet, start.place)
  return version === 6 && start.type === IPV6 ? ofIpv6(packet, start.place) : undefined
}

type Start = { place: number; type: number }

const networkOf = ({ link, bytes }: Packet): Start | undefined => {
  switch (link) {
    case 1:
      return tagged(bytes, 12)
    case 113:
      return tagged(bytes, 14)
    case 276: {
      const type = u16(bytes, 0)
      return type === undefined ? undefined : VLANS.includes(type) ? tagged(bytes, 22) : { place: 20, type }
    }
    case 12:
    case 14:
    case 101:
      return { place: 0, type: (bytes[0] ?? 0) >> 4 === 6 ? IPV6 : IPV4 }
    case 228:
      return { place: 0, type: IPV4 }
    case 229:
      return { place: 0, type: IPV6 }
    case 0:
    case 108:
      // The family is of the machine that captured, whose numbers for IPv6 differ.
      return { place: 4, type: (bytes[4] ?? 0) >> 4 === 6 ? IPV6 : IPV4 }
    default:
      return undefined
  }
}

// A type, or tags of VLANs before it.
const tagged = (bytes: Buffer, from: number): Start | undefined => {
  for (let place = from, tags = 0; tags < MOST_NESTED; place += 4, tags += 1) {
    const type = u16(bytes, place)
    if (type === undefined) return undefined
    if (!VLANS.includes(type)) return { place: place + 2, type }
  }
  return undefined
}

const u16 = (bytes: Buffer, place: number) => (place + 2 <= bytes.length ? bytes.readUInt16BE(place) : undefined)

const ofIpv4 = ({ at, bytes, length }: Packet, place: number): Captured | undefined => {
  if (bytes.length < place + 20) return undefined
  const header = ((bytes[place] ?? 0) & 15) * 4
  const isFragment = (bytes.readUInt16BE(place + 6) & 0x1fff) !== 0
  if (header < 20 || isFragment || bytes[place + 9] !== TCP) return undefined
  // Of what the card cuts into segments the length is 0, or as long as there is.
  const total = bytes.readUInt16BE(place + 2) || length - place
  return ofTcp(bytes, place + header, total - header, {
    at,
    family: 4,
    from: addressOf(bytes, place + 12, 4),
    to: addressOf(bytes, place + 16, 4),
    ttl: bytes[place + 8] ?? 0,
    ip_id: bytes.readUInt16BE(place + 4),
  })
}

const [HOP_BY_HOP, ROUTING, FRAGMENT, AUTHENTICATION, OPTIONS] = [0, 43, 44, 51, 60]

const ofIpv6 = ({ at, bytes, length }: Packet, place: number): Captured | undefined => {
  if (bytes.length < place + 40) return undefined
  const end = place + 40 + (bytes.readUInt16BE(place + 4) || length - place - 40)
  let [next, here] = [bytes[place + 6], place + 40]
  for (let headers = 0; headers < MOST_NESTED && next !== TCP; headers += 1) {
    const size = bytes[here + 1]
    if (size === undefined) return undefined
    if (next === FRAGMENT) {
      const offset = u16(bytes, here + 2)
      if (offset === undefined || offset >> 3 !== 0) return undefined
    } else if (next !== HOP_BY_HOP && next !== ROUTING && next !== AUTHENTICATION && next !== OPTIONS) return undefined
    const skip: number = next === FRAGMENT ? 8 : next === AUTHENTICATION ? (size + 2) * 4 : (size + 1) * 8
    next = bytes[here]
    here += skip
  }
  if (next !== TCP) return undefined
  return ofTcp(bytes, here, end - here, {
    at,
    family: 6,
    from: addressOf(bytes, place + 8, 6),
    to: addressOf(bytes, place + 24, 6),
    ttl: bytes[place + 7] ?? 0,
    ip_id: 0,
  })
}

type Ends = Pick<Captured, 'at' | 'family' | 'from' | 'to' | 'ttl' | 'ip_id'>

const ofTcp = (bytes: Buffer, place: number, length: number, ends: Ends): Captured | undefined => {
  // As far as the window.
  if (bytes.length < place + 16) return undefined
  const header = ((bytes[place + 12] ?? 0) >> 4) * 4
  if (header < 20 || length < header) return undefined
  return {
    ...ends,
    fromPort: bytes.readUInt16BE(place),
    toPort: bytes.readUInt16BE(place + 2),
    seq: bytes.readUInt32BE(place + 4),
    ack: bytes.readUInt32BE(place + 8),
    flags: bytes[place + 13] ?? 0,
    window: bytes.readUInt16BE(place + 14),
    length: length - header,
  }
}
