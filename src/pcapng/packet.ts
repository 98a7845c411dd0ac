// SPDX-License-Identifier: MIT
import ipaddr from 'ipaddr.js'
import type { Segment } from '../observation.ts'
import type { Tuple } from '../flow/tuple.ts'

/** The fields of a header that were seen. */
export type Fields = Pick<Segment, 'flags' | 'seq' | 'ack' | 'window' | 'length' | 'ttl' | 'ip_id'>

/** A packet that is rebuilt: its headers, and how many bytes it had with its payload. */
export type Rebuilt = { bytes: Uint8Array; length: number }

const TCP = 6
const TCP_BYTES = 20

/**
 * The headers of IP and TCP of a segment of a connection, without options, which are not seen, and without payload. The
 * checksum of TCP is that of these bytes where there is no payload, and 0 where there is.
 */
export const rebuild = (fields: Fields, tuple: Tuple, direction: 'in' | 'out'): Rebuilt => {
  const peer = { address: ipaddr.parse(tuple.saddr).toByteArray(), port: tuple.sport }
  const here = { address: ipaddr.parse(tuple.daddr).toByteArray(), port: tuple.dport }
  const [from, to] = direction === 'in' ? [peer, here] : [here, peer]
  const payload = Math.max(0, fields.length)
  const header = tuple.family === 4 ? ipv4 : ipv6
  const ip = header(fields, from.address, to.address, TCP_BYTES + payload)
  const tcp = tcpHeader(fields, from.port, to.port)
  if (payload === 0) setWord(tcp, 16, checksum([...from.address, ...to.address, 0, TCP, 0, TCP_BYTES, ...tcp]))
  return { bytes: Uint8Array.from([...ip, ...tcp]), length: ip.length + TCP_BYTES + payload }
}

const ipv4 = ({ ttl, ip_id }: Fields, from: readonly number[], to: readonly number[], rest: number) => {
  const header = [0x45, 0, ...word(longest(20 + rest)), ...word(ip_id), 0, 0, ttl, TCP, 0, 0, ...from, ...to]
  setWord(header, 10, checksum(header))
  return header
}

const ipv6 = ({ ttl }: Fields, from: readonly number[], to: readonly number[], rest: number) => [
  ...word(0x6000),
  ...word(0),
  ...word(longest(rest)),
  TCP,
  ttl,
  ...from,
  ...to,
]

// Segments that the kernel has joined (GRO) may be longer than the field holds: it is 0 there, as in a capture of such.
const longest = (length: number) => (length > 0xffff ? 0 : length)

const tcpHeader = ({ seq, ack, flags, window }: Fields, from: number, to: number) => [
  ...word(from),
  ...word(to),
  ...word(seq >>> 16),
  ...word(seq & 0xffff),
  ...word(ack >>> 16),
  ...word(ack & 0xffff),
  (TCP_BYTES / 4) << 4,
  flags & 0xff,
  ...word(Math.min(window, 0xffff)),
  ...word(0),
  ...word(0),
]

const word = (value: number) => [(value >>> 8) & 0xff, value & 0xff]

const setWord = (bytes: number[], at: number, value: number) => bytes.splice(at, 2, ...word(value))

// RFC 1071.
const checksum = (bytes: readonly number[]): number => {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}
