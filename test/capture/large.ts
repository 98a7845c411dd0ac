// SPDX-License-Identifier: MIT
// A capture of any length out of a short one: its sessions again and again, each from another peer and another port, and beside them
// connections that carry data and are not reset, as most are.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Sessions of a kernel: 15 packets, of which 3 are RSTs. Ethernet; IPv4 without options; microseconds. */
const SESSIONS = fileURLToPath(new URL('real/loopback.pcap', import.meta.url))

/** Full segments beside each copy of the sessions, and the connections that they are of. */
const [BULK, BULK_CONNECTIONS, BULK_BYTES] = [15, 64, 1448]

const [ETHERNET, IP, PACKET_AT] = [1, 14, 28]
const CHUNK = 1 << 20

/** What has been made so far. */
export type Made = { bytes: number; packets: number; resets: number }

/** The pieces of a pcapng file of about so many bytes, and what is in it. Its host is 127.0.0.1. */
export function* largeCapture(bytes: number): Generator<Buffer, Made> {
  const sessions = framesOf(readFileSync(SESSIONS)).map(blockOf)
  const bulk = bulkOf(sessions[2] ?? Buffer.alloc(0))
  const made: Made = { bytes: 0, packets: 0, resets: 0 }
  let waiting: Buffer[] = [HEAD]
  let held = HEAD.length
  for (let copy = 0; made.bytes + held < bytes; copy += 1) {
    for (const [place, block] of sessions.entries()) waiting.push(stamped(ofPeer(block, copy), copy, place))
    for (let place = 0; place < BULK; place += 1)
      waiting.push(stamped(bulk(copy * BULK + place), copy, sessions.length + place))
    made.packets += sessions.length + BULK
    made.resets += 3
    held = waiting.reduce((sum, { length }) => sum + length, 0)
    if (held < CHUNK) continue
    made.bytes += held
    yield Buffer.concat(waiting)
    waiting = []
    held = 0
  }
  made.bytes += held
  yield Buffer.concat(waiting)
  return made
}

const words = (...numbers: number[]) => {
  const bytes = Buffer.alloc(numbers.length * 4)
  for (const [place, number] of numbers.entries()) bytes.writeUInt32LE(number, place * 4)
  return bytes
}

/** A section, and an interface with a clock of microseconds. */
const HEAD = words(0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0xffffffff, 0xffffffff, 28, 1, 20, ETHERNET, 0, 20)

const framesOf = (pcap: Buffer): Buffer[] => {
  const frames: Buffer[] = []
  for (let place = 24; place + 16 <= pcap.length;) {
    const kept = pcap.readUInt32LE(place + 8)
    frames.push(pcap.subarray(place + 16, place + 16 + kept))
    place += 16 + kept
  }
  return frames
}

/** A frame in a block of its own, whose time is still to come. */
const blockOf = (frame: Buffer): Buffer => {
  const size = 32 + frame.length + (-frame.length & 3)
  const block = Buffer.alloc(size)
  words(6, size, 0, 0, 0, frame.length, frame.length).copy(block)
  frame.copy(block, PACKET_AT)
  block.writeUInt32LE(size, size - 4)
  return block
}

const [SOURCE, TARGET] = [PACKET_AT + IP + 12, PACKET_AT + IP + 16]

/** The same packet between this host, at another port, and another peer. */
const ofPeer = (block: Buffer, copy: number): Buffer => {
  const packet = Buffer.from(block)
  const isOurs = packet.readUInt32BE(SOURCE) === 0x7f000001
  packet.writeUInt32BE(0x7f010000 + copy, isOurs ? TARGET : SOURCE)
  const port = PACKET_AT + IP + (isOurs ? 20 : 22)
  packet.writeUInt16BE(1024 + ((packet.readUInt16BE(port) + copy) % 64_000), port)
  return packet
}

/** A segment full of data that comes to this host: of a few connections in turn. */
const bulkOf = (ack: Buffer) => {
  const frame = Buffer.concat([ack.subarray(PACKET_AT, PACKET_AT + 66), Buffer.alloc(BULK_BYTES, 'x')])
  frame.writeUInt16BE(frame.length - IP, IP + 2)
  frame.writeUInt32BE(0x7f000002, IP + 12)
  frame.writeUInt32BE(0x7f000001, IP + 16)
  const block = blockOf(frame)
  return (number: number) => {
    const packet = Buffer.from(block)
    packet.writeUInt16BE(8080, PACKET_AT + IP + 22)
    packet.writeUInt16BE(20_000 + (number % BULK_CONNECTIONS), PACKET_AT + IP + 20)
    packet.writeUInt32BE((Math.floor(number / BULK_CONNECTIONS) * BULK_BYTES) >>> 0, PACKET_AT + IP + 24)
    return packet
  }
}

/** 2026-11-22, in microseconds; a copy each millisecond, its packets 10 us apart. */
const BEGIN = 1_795_316_400_000_000n

const stamped = (packet: Buffer, copy: number, place: number): Buffer => {
  const at = BEGIN + BigInt(copy * 1000 + place * 10)
  packet.writeUInt32LE(Number(at >> 32n), 12)
  packet.writeUInt32LE(Number(at & 0xffffffffn), 16)
  return packet
}
