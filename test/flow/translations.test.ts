// SPDX-License-Identifier: MIT
import { describe, expect, test } from 'vitest'
import { createTranslations } from '../../src/flow/translations.ts'
import type { Tuple } from '../../src/flow/tuple.ts'
import type { Kind } from '../../src/observation.ts'
import { active, only } from './cases.ts'
import { at, nat, packet, segment, state, SYN, TUPLE } from '../samples.ts'

const NODE = 4026532500
const POD = TUPLE.netns
const tuple = (saddr: string, sport: number, daddr: string, dport: number, netns = NODE): Tuple => ({
  family: saddr.includes(':') ? 6 : 4,
  saddr,
  sport,
  daddr,
  dport,
  netns,
})

/** An entry of conntrack: who began, what it went for, and what answers, to whom. */
const entry = (original: Tuple, reply: Tuple): Kind<'nat'> => {
  const { family: _, netns: __, ...ends } = reply
  return nat({ tuple: original, reply: ends })
}

const others = (asked: Tuple, ...entries: Kind<'nat'>[]) => {
  const translations = createTranslations()
  for (const one of entries) translations.learn(one)
  return translations.of(asked)
}

const CLIENT = '198.51.100.2'
const HOST = '192.0.2.254'
const BACKEND = '192.0.2.1'

describe('the other tuple', () => {
  const came = tuple(CLIENT, 40000, HOST, 32193)
  const dnat = entry(came, tuple(BACKEND, 80, CLIENT, 40000))
  const both = entry(came, tuple(BACKEND, 80, HOST, 55000))
  const masquerade = entry(tuple(BACKEND, 41000, CLIENT, 443), tuple(CLIENT, 443, HOST, 41001))
  const came6 = tuple('2001:db8::2', 40000, '2001:db8::fe', 32193)
  const dnat6 = entry(came6, tuple('2001:db8::1', 80, '2001:db8::2', 40000))

  test.each<[string, Tuple, Kind<'nat'>, Tuple[]]>([
    ['of a NodePort, at the server', tuple(CLIENT, 40000, BACKEND, 80, POD), dnat, [came]],
    ['of a NodePort, at the client', tuple(HOST, 32193, CLIENT, 40000, POD), dnat, [tuple(BACKEND, 80, CLIENT, 40000)]],
    ['of DNAT with SNAT, at the server, whose peer is the node', tuple(HOST, 55000, BACKEND, 80, POD), both, [came]],
    [
      'of DNAT with SNAT, at the client',
      tuple(HOST, 32193, CLIENT, 40000, POD),
      both,
      [tuple(BACKEND, 80, HOST, 55000)],
    ],
    [
      'of masquerade, at the client',
      tuple(CLIENT, 443, BACKEND, 41000, POD),
      masquerade,
      [tuple(CLIENT, 443, HOST, 41001)],
    ],
    [
      'of masquerade, at the server',
      tuple(HOST, 41001, CLIENT, 443, POD),
      masquerade,
      [tuple(BACKEND, 41000, CLIENT, 443)],
    ],
    ['of IPv6', tuple('2001:db8::2', 40000, '2001:db8::1', 80, POD), dnat6, [came6]],
    ['of another connection', tuple(CLIENT, 40001, BACKEND, 80, POD), dnat, []],
    ['of the same ports the other way round', tuple(BACKEND, 80, CLIENT, 40000, POD), dnat, []],
  ])('%s', (_, asked, known, expected) => {
    expect(others(asked, known)).toEqual(expected)
  })

  test('is found hop by hop, where one translation is behind another', () => {
    const inner = entry(tuple(CLIENT, 40000, BACKEND, 80, 5), tuple('192.0.2.9', 8080, CLIENT, 40000, 5))
    expect(others(tuple(CLIENT, 40000, '192.0.2.9', 8080, POD), dnat, inner)).toEqual([inner.tuple, came])
  })

  test('is the youngest, where the ports were used again', () => {
    const again = entry(tuple(CLIENT, 40000, HOST, 32194), tuple(BACKEND, 80, CLIENT, 40000))
    expect(others(tuple(CLIENT, 40000, BACKEND, 80, POD), dnat, again)).toEqual([again.tuple])
  })

  test('does not go round in circles', () => {
    const one = entry(tuple(CLIENT, 1, BACKEND, 2, 5), tuple(HOST, 3, CLIENT, 1, 5))
    const back = entry(tuple(CLIENT, 1, HOST, 3, 6), tuple(BACKEND, 2, CLIENT, 1, 6))
    expect(others(tuple(CLIENT, 1, HOST, 3, POD), one, back).length).toBeLessThanOrEqual(4)
  })

  test('is that of its own network namespace, where two know the tuple', () => {
    const elsewhere = entry({ ...came, dport: 1, netns: 5 }, tuple(BACKEND, 80, CLIENT, 40000))
    const here = { ...came, netns: POD }
    const own = entry(here, tuple(BACKEND, 80, CLIENT, 40000))
    expect(others(tuple(CLIENT, 40000, BACKEND, 80, POD), own, elsewhere)[0]).toEqual(here)
  })
})

test('a translation that is much older than the connection was of an earlier one', () => {
  const translations = createTranslations()
  translations.learn(nat({ at: at(1000) }))
  const count = (began?: number) => translations.of(TUPLE, began === undefined ? {} : { began: at(began) }).length
  expect([undefined, 10, 1000, 5999, 6000, 90_000].map(count)).toEqual([1, 1, 1, 1, 0, 0])
})

describe('a case', () => {
  test('has the other tuple of its connection', () => {
    expect(only(nat(), active()).nat).toEqual([nat().tuple])
    expect(only(active()).nat).toEqual([])
    const again = packet({ at: at(60_000), segment: segment({ flags: SYN }) })
    expect(only(nat(), again, active({ at: at(60_001) })).nat).toEqual([])
  })

  test('has none where the translation is of the same 5-tuple in the network namespace that translates', () => {
    const there = state({ tuple: { ...TUPLE, netns: NODE }, to: 'CLOSE_WAIT' })
    expect(only(nat(), { ...there, to: 'CLOSE' }, active()).nat).toEqual([])
  })
})
