// SPDX-License-Identifier: MIT
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { recordedFilter } from '../../src/filter/recorded.ts'
import { decode } from '../../src/recording/decode.ts'
import { observation, SCHEMA, type Kind, type Observation } from '../../src/observation.ts'
import { filters } from '../filter/arbitrary.ts'
import {
  call,
  counters,
  flow,
  lookup,
  lost,
  owner,
  packet,
  reply,
  reset,
  returned,
  segment,
  socket,
  start,
  state,
  stop,
  task,
  tick,
  total,
  TUPLE,
} from '../samples.ts'

const moment = fc.record({ s: fc.nat(), ns: fc.nat(999_999_999) })
const sequence = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const text = fc.string({ unit: 'binary' })
// The one name that is never read back, nor is it the kernel's of a counter.
const counterName = text.filter((name) => name !== '__proto__')
const pointer = fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }).map((value) => value.toString(16))
const tuple = fc.oneof(
  fc.record({ saddr: fc.ipV4(), sport: fc.nat(65535) }).map((over) => ({ ...TUPLE, ...over })),
  fc.record({ saddr: fc.ipV6(), daddr: fc.ipV6() }).map((over) => ({ ...TUPLE, family: 6 as const, ...over })),
)
const tasks = fc
  .record({ comm: text, exit_code: fc.option(fc.nat()), cgroup: text }, { requiredKeys: ['comm', 'exit_code'] })
  .map(task)
const segments = fc
  .record(
    { skb: pointer, seq: sequence, length: fc.integer({ min: -40, max: 65535 }), dev: text },
    { requiredKeys: ['skb', 'seq', 'length'] },
  )
  .map(segment)
const sockets = fc
  .record(
    {
      sk: pointer,
      cookie: pointer,
      snd_nxt: sequence,
      linger: fc.boolean(),
      linger2: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      rcv_wup: sequence,
      min_ttl: fc.nat(255),
      probes_out: fc.nat(255),
      user_timeout: sequence,
      request: fc.boolean(),
    },
    { requiredKeys: ['sk', 'cookie', 'snd_nxt', 'linger'] },
  )
  .map(socket)
const answers = fc.record(
  {
    found: fc.constantFrom(null, 'none', 'listener'),
    rcv_wnd: sequence,
    reversed: text,
    other_netns: fc.nat(),
    other_found: text,
    listen_differs: text,
    listen_family: fc.constantFrom(4, 6),
    listen_address: fc.oneof(fc.ipV4(), fc.ipV6()),
    listen_ifindex: fc.nat(),
  },
  { requiredKeys: ['found'] },
)

const observations: fc.Arbitrary<Observation> = fc.oneof(
  fc
    .record({ at: moment, kernel: text, probes: fc.array(text), filter: fc.oneof(filters.map(recordedFilter), text) })
    .map(start),
  fc
    .record(
      { at: moment, tuple, segment: segments, first: fc.boolean(), socket: sockets },
      { requiredKeys: ['at', 'tuple', 'segment', 'first'] },
    )
    .map(packet),
  fc
    .record({
      at: moment,
      tuple,
      segment: fc.option(segments),
      socket: fc.option(sockets),
      task: fc.option(tasks),
      stack: fc.array(text),
      reason: fc.option(text),
      flow: fc.option(fc.record({ last: moment, other_ttl: fc.nat(255) }, { requiredKeys: ['last'] }).map(flow)),
    })
    .map(reset),
  fc.record({ at: moment, skb: pointer }).map(reply),
  fc.record({ at: moment, tuple, sk: pointer, task: tasks }).map(state),
  fc.record({ at: moment, tuple, sk: fc.option(pointer), task: tasks }).map(owner),
  fc.record({ at: moment, event: moment, tuple, answer: answers }).map((over) => lookup(undefined, over)),
  fc
    .record({
      at: moment,
      who: pointer,
      tuple,
      segment: fc.option(segments),
      socket: fc.option(fc.record({ sk: pointer, state: text })),
      was: fc.option(fc.record({ at: moment, fn: text, netns: fc.nat(), daddr: fc.ipV6(), dport: fc.nat(65535) })),
      reason: fc.option(text),
      location: fc.option(text),
    })
    .map(call),
  fc.record({ at: moment, who: pointer, value: text }).map(returned),
  fc
    .record({ ms: fc.nat(1e9), values: fc.dictionary(counterName, fc.nat()) })
    .map(({ ms, values }) => counters(ms, values)),
  fc.nat().map(total),
  fc.nat(1e9).map(tick),
  fc.nat().map((count) => lost('lookups', count)),
  fc.option(text).map(stop),
)

test('what is written is read back', () => {
  fc.assert(
    fc.property(observations, (observation) => {
      const line = JSON.stringify(observation)
      expect(line).not.toContain('\n')
      expect(decode(line, 2)).toEqual(observation)
    }),
    { numRuns: 1000 },
  )
})

const odd = fc.oneof(fc.constantFrom(null, -1, 1.5, 2 ** 53, '', 'tick', true), fc.jsonValue())

/** A line with one value, at any depth, that is missing, another or too many. */
const damaged = fc.tuple(observations, fc.nat(), fc.constantFrom('lacks', 'has', 'adds'), odd).map((drawn) => {
  const [whole, place, how, value] = drawn
  let left = place % (JSON.stringify(whole).split(':').length - 1 || 1)
  const text = JSON.stringify(whole, (key, old: unknown) => {
    if (key === '' || left-- !== 0) return old
    if (how === 'lacks') return undefined
    return how === 'has' || typeof old !== 'object' || old === null ? value : { ...old, odd: value }
  })
  return text
})

const decoded = (line: string) => {
  try {
    return decode(line, 2)
  } catch {
    return undefined
  }
}

test('what is checked by code is what the schema says', () => {
  fc.assert(
    fc.property(damaged, (line) => {
      const { data } = observation.safeParse(JSON.parse(line))
      expect(decoded(line)).toEqual(data)
    }),
    { numRuns: 3000 },
  )
})

test.each([
  [
    1,
    `{"kind":"start","schema":${SCHEMA + 1}}`,
    `made by a newer trace-reset: it has schema ${SCHEMA + 1}, and this one reads up to ${SCHEMA}`,
  ],
  [1, JSON.stringify(stop()), 'no recording: its first line is not the start of one'],
  [1, '{"hello":1}', 'no recording: its first line is not the start of one'],
  [1, 'null', 'no recording: its first line is not the start of one'],
  [1, 'hello', 'garbled: it is not JSON'],
  [2, '', 'garbled: it is not JSON'],
  [2, '{"kind":"tick","at":{"s":1', 'garbled: it is not JSON'],
])('line %d that is %s', (number, line, message) => {
  expect(() => decode(line, number)).toThrow(message)
})

test.each<[string, object]>([
  ['kind', { kind: 'strange' }],
  ['at.ns', { ...tick(1), at: { s: 1, ns: 1e9 } }],
  ['at.ns', { ...tick(1), at: { s: 1, ns: 1.5 } }],
  ['tuple.saddr', packet({ tuple: { ...TUPLE, saddr: 'localhost' } })],
  ['tuple.dport', packet({ tuple: { ...TUPLE, dport: 65536 } })],
  ['segment.skb', packet({ segment: segment({ skb: '0x1' }) })],
  ['count', lost('events', -1)],
])('a line whose %s is wrong is named so', (path, line) => {
  expect(() => decode(JSON.stringify(line), 2)).toThrow(`no line of a recording: ${path}: `)
})

// As the first release wrote them: each kind that schema 1 had, with the fields that it had.
const OF_SCHEMA_1 = [
  { ...start(), schema: 1, filter: 'any' },
  packet(),
  reset(),
  reply(),
  state(),
  owner({ fn: 'inet_csk_accept' }),
  lookup(),
  tick(1),
  lost('events', 1),
  stop(),
]

test('a recording of schema 1 reads as one of today', () => {
  const read = OF_SCHEMA_1.map((line, index) => decode(JSON.stringify(line), index + 1))
  expect(read).toEqual([start(), ...OF_SCHEMA_1.slice(1)])
})

// Schema 2 had steps, counters and cgroups, and no RST with its socket.
const OF_SCHEMA_2 = [
  { ...start(), schema: 2, filter: 'any' },
  ...OF_SCHEMA_1.slice(1, -1),
  call(),
  returned(),
  owner({ fn: 'proc', sk: null, task: task({ cgroup: '/' }) }),
  counters(1, { OutRsts: 1 }),
  total(1),
  stop(),
]

test('a recording of schema 2 reads as one of today', () => {
  const read = OF_SCHEMA_2.map((line, index) => decode(JSON.stringify(line), index + 1))
  expect(read).toEqual([start(), ...OF_SCHEMA_2.slice(1)])
})

test.each<[string, Kind<'start'>['filter']]>([
  ['any', {}],
  [
    'saddr=192.0.2.0/24,2001:db8::1 dport=80,8000-8100',
    {
      saddr: ['192.0.2.0/24', '2001:db8::1'],
      dport: [
        { first: 80, last: 80 },
        { first: 8000, last: 8100 },
      ],
    },
  ],
  ['not-sport=1 netns=4026531840,all', { not_sport: [{ first: 1, last: 1 }], netns: [4026531840, 'all'] }],
  // What no version wrote stays as it is.
  ['dport=080', 'dport=080'],
  ['saddr=192.0.2.1/24', 'saddr=192.0.2.1/24'],
  ['netns=web', 'netns=web'],
  ['tcp port 80', 'tcp port 80'],
  ['any dport=80', 'any dport=80'],
  ['', ''],
])('the filter of schema 4 becomes data where that says the same: %s', (filter, data) => {
  const line = JSON.stringify({ ...start(), schema: 4, filter })
  expect(decode(line, 1)).toEqual(start({ filter: data }))
})

test.each([0, -1, 1.5, '1', null])('schema %j is none', (schema) => {
  expect(() => decode(JSON.stringify({ ...start(), schema }), 1)).toThrow(/^no (line of a )?recording: /)
})

test('what is no start of schema 1 is not made one', () => {
  expect(() => decode('{"kind":"start","schema":1}', 1)).toThrow('no line of a recording: tool: ')
})
