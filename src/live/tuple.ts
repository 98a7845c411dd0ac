// SPDX-License-Identifier: MIT
// The addresses and ports of a line.
import ipaddr from 'ipaddr.js'
import type { Kind } from '../observation.ts'
import type { NameOf } from '../program/fields.ts'

/** What a tuple is read from: the fields of a line (line.ts). */
type Fields = { hex: (name: NameOf<'hex'>) => string; number: (name: NameOf<'number'>) => number }

/** The names of the fields of a tuple: both halves of the address, and the port, of its source and of its destination. */
type TupleFields = { s: readonly [NameOf<'hex'>, NameOf<'hex'>, NameOf<'number'>]; d: TupleFields['s'] }
const PACKETS: TupleFields = { s: ['s0', 's1', 'sport'], d: ['d0', 'd1', 'dport'] }
const ANSWERS: TupleFields = { s: ['r0', 'r1', 'rport'], d: ['t0', 't1', 'tport'] }

/** The connection of a line. */
export const readTuple = (fields: Fields, { s: [s0, s1, sport], d: [d0, d1, dport] } = PACKETS) => {
  const family = fields.number('family') === 6 ? (6 as const) : (4 as const)
  return {
    family,
    saddr: readAddress(fields, family, s0, s1),
    sport: fields.number(sport),
    daddr: readAddress(fields, family, d0, d1),
    dport: fields.number(dport),
    netns: fields.number('netns'),
  }
}

/** The tuple of the answers, where NAT is told of. */
export const readAnswers = (fields: Fields): Kind<'nat'>['reply'] => {
  const { family: _, netns: __, ...ends } = readTuple(fields, ANSWERS)
  return ends
}

/** An address as a little-endian machine loads its bytes from memory: in halves, the first byte lowest. */
export const readAddress = (fields: Fields, family: 4 | 6, low: NameOf<'hex'>, high: NameOf<'hex'>): string =>
  address(family, BigInt(`0x${fields.hex(low)}`), BigInt(`0x${fields.hex(high)}`))

const address = (family: 4 | 6, low: bigint, high: bigint): string =>
  ipaddr.fromByteArray(family === 4 ? bytes(low, 4) : [...bytes(low, 8), ...bytes(high, 8)]).toString()

const bytes = (half: bigint, count: number) =>
  Array.from({ length: count }, (_, i) => Number((half >> BigInt(8 * i)) & 255n))
