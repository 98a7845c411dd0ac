// SPDX-License-Identifier: MIT
// Filters and tuples drawn from the same few values, so that they meet often.
import * as fc from 'fast-check'
import { addressNumber, type Filter, type Prefix, type Range } from '../../src/filter/filter.ts'
import type { Tuple } from '../../src/flow/tuple.ts'

const ADDRESSES = ['192.0.2.1', '192.0.2.2', '192.0.2.130', '198.51.100.1', '0.0.0.0', '255.255.255.255']
const ADDRESSES_6 = ['2001:db8::1', '2001:db8:8000::1', '::', '::ffff:192.0.2.1']
const PORTS = [0, 80, 81, 443, 8000, 8050, 32193, 65535]
const NETNS = [1, 4026531840, 4026532195, 4294967295]

const prefix = (family: 4 | 6): fc.Arbitrary<Prefix> => {
  const width = family === 4 ? 32 : 128
  const address = fc.constantFrom(...(family === 4 ? ADDRESSES : ADDRESSES_6))
  const bits = fc.oneof(fc.constant(width), fc.integer({ min: 0, max: width }))
  return fc.tuple(address, bits).map(([text, length]) => {
    const host = BigInt(width - length)
    return { family, network: (addressNumber(text) >> host) << host, bits: length }
  })
}

const port = fc.oneof(fc.constantFrom(...PORTS), fc.integer({ min: 0, max: 65535 }))
const range: fc.Arbitrary<Range> = fc.oneof(
  fc.constantFrom(...PORTS).map((first) => ({ first, last: first })),
  fc.tuple(port, port).map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) })),
)
const few = <T>(item: fc.Arbitrary<T>) => fc.oneof(fc.constant<T[]>([]), fc.array(item, { minLength: 1, maxLength: 4 }))
const prefixes = few(fc.oneof({ weight: 5, arbitrary: prefix(4) }, { weight: 1, arbitrary: prefix(6) }))

export const filters: fc.Arbitrary<Filter> = fc.record({
  saddr: prefixes,
  sport: few(range),
  daddr: prefixes,
  dport: few(range),
  netns: few(fc.constantFrom(...NETNS)),
})

const address = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...ADDRESSES) }, { weight: 1, arbitrary: fc.ipV4() })

export const tuples: fc.Arbitrary<Tuple> = fc.record({
  family: fc.constant<4>(4),
  saddr: address,
  sport: port,
  daddr: address,
  dport: port,
  netns: fc.constantFrom(...NETNS),
})
