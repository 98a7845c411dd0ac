// SPDX-License-Identifier: MIT
// Filters and tuples that meet often, and that miss each other by one bit or one port as often.
import ipaddr from 'ipaddr.js'
import * as fc from 'fast-check'
import { addressNumber, addressText, widthOf, type Prefix } from '../../src/filter/address.ts'
import type { Filter } from '../../src/filter/filter.ts'
import type { Netns } from '../../src/filter/netns.ts'
import type { Range } from '../../src/filter/port.ts'
import type { Tuple } from '../../src/flow/tuple.ts'

const ADDRESSES = {
  4: ['192.0.2.1', '192.0.2.2', '192.0.2.130', '198.51.100.1', '0.0.0.0', '255.255.255.255'],
  6: ['2001:db8::1', '2001:db8:8000::1', '2001:db8::1:0:0:1', '::', '::1', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
}
const PORTS = [0, 80, 81, 443, 8000, 8050, 32193, 65535]
const NETNS = [4026531833, 4026531840, 4026532195, 4294967295]

const family = fc.constantFrom<(4 | 6)[]>(4, 6)
const few = <T>(item: fc.Arbitrary<T>, weight = 1) =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constant<T[]>([]) },
    { weight, arbitrary: fc.array(item, { minLength: 1, maxLength: 4 }) },
  )

const prefix = (of: 4 | 6): fc.Arbitrary<Prefix> => {
  const width = widthOf(of)
  const bits = fc.oneof(
    fc.constant(width),
    fc.constantFrom(0, 31, 32, 33, 63, 64, 65, 95, 96, 97, 127).map((length) => Math.min(length, width)),
    fc.integer({ min: 0, max: width }),
  )
  return fc.tuple(fc.constantFrom(...ADDRESSES[of]), bits).map(([text, length]) => {
    const host = BigInt(width - length)
    return { family: of, network: (addressNumber(text) >> host) << host, bits: length }
  })
}

const port = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...PORTS) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 65535 }) },
)
const range: fc.Arbitrary<Range> = fc.oneof(
  port.map((first) => ({ first, last: first })),
  fc.tuple(port, port).map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) })),
)
const prefixes = few(family.chain(prefix), 3)
const unwanted = few(family.chain(prefix).filter(({ bits }) => bits > 8))
const netns = (item: fc.Arbitrary<Netns>) => few(item)

export const filters: fc.Arbitrary<Filter> = fc.record({
  saddr: prefixes,
  sport: few(range),
  daddr: prefixes,
  dport: few(range),
  netns: netns(fc.constantFrom<Netns[]>(...NETNS, 'all')),
  notSaddr: unwanted,
  notSport: few(range),
  notDaddr: unwanted,
  notDport: few(range),
  notNetns: netns(fc.constantFrom<Netns[]>(...NETNS)),
})

/** An address of a filter's prefix, or of one of ours, as it is or with one bit turned over: on the prefix's edge above all. */
const address = (of: 4 | 6, list: readonly Prefix[]): fc.Arbitrary<string> => {
  const width = widthOf(of)
  const ours = list.filter((item) => item.family === of)
  const known = ADDRESSES[of].map((text) => ({ family: of, network: addressNumber(text), bits: width }))
  return fc
    .tuple(
      fc.constantFrom(...(ours.length > 0 ? ours : known)),
      fc.constantFrom(-1, 0, null),
      fc.integer({ min: 0, max: width - 1 }),
    )
    .map(([{ network, bits }, edge, any]) => {
      // Bit `bits - 1` is the last inside the prefix, counted from the left; bit `bits` the first outside.
      const bit = edge === null ? any : Math.min(Math.max(bits + edge, 0), width - 1)
      return addressText({ family: of, network: network ^ (1n << BigInt(width - 1 - bit)), bits: width })
    })
    .chain((near) => fc.constantFrom(near, near, addressText(ours[0] ?? { family: of, network: 0n, bits: width })))
}

const portNear = (ranges: readonly Range[]) =>
  ranges.length === 0
    ? port
    : fc
        .tuple(fc.constantFrom(...ranges), fc.constantFrom(-1, 0, 0, 1), fc.boolean())
        .map(([{ first, last }, step, low]) => Math.min(Math.max((low ? first : last) + step, 0), 65535))

/** A packet that the filter selects or nearly does. */
export const tuplesNear = (filter: Filter): fc.Arbitrary<Tuple> =>
  family.chain((of) =>
    fc.record({
      family: fc.constant(of),
      saddr: address(of, filter.saddr.length > 0 ? filter.saddr : filter.notSaddr),
      sport: portNear(filter.sport.length > 0 ? filter.sport : filter.notSport),
      daddr: address(of, filter.daddr.length > 0 ? filter.daddr : filter.notDaddr),
      dport: portNear(filter.dport.length > 0 ? filter.dport : filter.notDport),
      netns: fc.constantFrom(...NETNS),
    }),
  )

/** The bytes of an address in network order. */
export const bytesOf = (text: string) => Buffer.from(ipaddr.parse(text).toByteArray())
