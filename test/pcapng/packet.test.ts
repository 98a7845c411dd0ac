// SPDX-License-Identifier: MIT
import * as fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { expect, test } from 'vitest'
import { rebuild } from '../../src/pcapng/packet.ts'

const port = fc.nat(65_535)
const number = fc.nat(2 ** 32 - 1)
const fields = fc.record({
  flags: fc.nat(255),
  seq: number,
  ack: number,
  window: port,
  length: fc.integer({ min: -1, max: 70_000 }),
  ttl: fc.nat(255),
  ip_id: port,
})
const tupleOf = (family: 4 | 6) => {
  const address = family === 4 ? fc.ipV4() : fc.ipV6()
  return fc.record({
    family: fc.constant(family),
    saddr: address,
    sport: port,
    daddr: address,
    dport: port,
    netns: port,
  })
}
const tuples = fc.oneof(tupleOf(4), tupleOf(6))

// RFC 1071: the sum over what a checksum covers, itself too, is all ones.
const sums = (bytes: readonly number[]) => {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return sum
}

test('a packet has every field where RFC 791, 8200 and 9293 have it', () => {
  fc.assert(
    fc.property(tuples, fields, fc.constantFrom('in', 'out'), (tuple, seen, direction) => {
      const { bytes, length } = rebuild(seen, tuple, direction)
      const start = tuple.family === 4 ? 20 : 40
      const view = new DataView(bytes.buffer)
      const payload = Math.max(0, seen.length)
      const addresses = [...bytes.subarray(tuple.family === 4 ? 12 : 8, start)]
      const [from, to] = direction === 'in' ? [tuple.saddr, tuple.daddr] : [tuple.daddr, tuple.saddr]
      expect(addresses).toEqual([from, to].flatMap((address) => ipaddr.parse(address).toByteArray()))
      expect(bytes[0]).toBe(tuple.family === 4 ? 0x45 : 0x60)
      expect(bytes[tuple.family === 4 ? 8 : 7]).toBe(seen.ttl)
      expect(view.getUint16(start)).toBe(direction === 'in' ? tuple.sport : tuple.dport)
      expect(view.getUint16(start + 2)).toBe(direction === 'in' ? tuple.dport : tuple.sport)
      expect(view.getUint32(start + 4)).toBe(seen.seq)
      expect(view.getUint32(start + 8)).toBe(seen.ack)
      expect(bytes[start + 13]).toBe(seen.flags)
      expect(view.getUint16(start + 14)).toBe(seen.window)
      expect({ length, captured: bytes.length }).toEqual({ length: start + 20 + payload, captured: start + 20 })
      const ofIpv4 = { id: view.getUint16(4), sum: sums([...bytes.subarray(0, 20)]) }
      expect(tuple.family === 4 ? ofIpv4 : null).toEqual(tuple.family === 4 ? { id: seen.ip_id, sum: 0xffff } : null)
      const whole = [...addresses, 0, 6, 0, 20, ...bytes.subarray(start)]
      expect(payload === 0 ? sums(whole) : view.getUint16(start + 16)).toBe(payload === 0 ? 0xffff : 0)
    }),
  )
})
