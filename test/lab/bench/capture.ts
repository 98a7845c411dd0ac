// SPDX-License-Identifier: MIT
// What a capture would have of the connections in a recording: for each the handshake, a hundred bytes, and the RST.
import ipaddr from 'ipaddr.js'
import type { Observation } from '../../../src/observation.ts'

type Reset = Extract<Observation, { kind: 'reset' }>

/** The beginning of a capture (pcap, LINKTYPE_RAW: packets begin with the IP header). */
export const captureHead = (): Buffer => {
  const head = Buffer.alloc(24)
  head.writeUInt32LE(0xa1b2c3d4, 0)
  head.writeUInt16LE(2, 4)
  head.writeUInt16LE(4, 6)
  head.writeUInt32LE(65_535, 16)
  head.writeUInt32LE(101, 20)
  return head
}

const [SYN, RST, PSH, ACK] = [2, 4, 8, 16]

/** The packets of the connection that was reset. */
export const captureOf = ({ tuple, at }: Reset): Buffer => {
  const here = { address: bytesOf(tuple.daddr), port: tuple.dport }
  const peer = { address: bytesOf(tuple.saddr), port: tuple.sport }
  const packet = (from: End, to: End, flags: number, seq: number, ack: number, length = 0) =>
    record(at, segmentOf(from, to, { flags, seq, ack, length }))
  return Buffer.concat([
    packet(peer, here, SYN, 1000, 0),
    packet(here, peer, SYN | ACK, 5000, 1001),
    packet(peer, here, ACK, 1001, 5001),
    packet(peer, here, PSH | ACK, 1001, 5001, 100),
    packet(here, peer, ACK, 5001, 1101),
    packet(here, peer, RST | ACK, 5001, 1101),
  ])
}

type End = { address: readonly number[]; port: number }

const bytesOf = (address: string) => ipaddr.parse(address).toByteArray()

const record = ({ s, ns }: Reset['at'], packet: Buffer) => {
  const head = Buffer.alloc(16)
  head.writeUInt32LE(s, 0)
  head.writeUInt32LE(Math.floor(ns / 1000), 4)
  head.writeUInt32LE(packet.length, 8)
  head.writeUInt32LE(packet.length, 12)
  return Buffer.concat([head, packet])
}

type Header = { flags: number; seq: number; ack: number; length: number }

// Without checksums: tshark does not look at them unless it is told to.
const segmentOf = (from: End, to: End, { flags, seq, ack, length }: Header) => {
  const tcp = Buffer.alloc(20 + length)
  tcp.writeUInt16BE(from.port, 0)
  tcp.writeUInt16BE(to.port, 2)
  tcp.writeUInt32BE(seq, 4)
  tcp.writeUInt32BE(ack, 8)
  tcp.writeUInt8(0x50, 12)
  tcp.writeUInt8(flags, 13)
  tcp.writeUInt16BE(502, 14)
  return Buffer.concat([from.address.length === 4 ? ipv4(tcp.length) : ipv6(tcp.length), ...addresses(from, to), tcp])
}

const addresses = (from: End, to: End) => [Buffer.from(from.address), Buffer.from(to.address)]

const ipv4 = (length: number) => {
  const head = Buffer.alloc(12)
  head.writeUInt8(0x45, 0)
  head.writeUInt16BE(20 + length, 2)
  head.writeUInt8(64, 8)
  head.writeUInt8(6, 9)
  return head
}

const ipv6 = (length: number) => {
  const head = Buffer.alloc(8)
  head.writeUInt8(0x60, 0)
  head.writeUInt16BE(length, 4)
  head.writeUInt8(6, 6)
  head.writeUInt8(64, 7)
  return head
}
