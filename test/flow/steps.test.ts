// SPDX-License-Identifier: MIT
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { pairCalls, type Step } from '../../src/flow/steps.ts'
import type { Kind, Observation } from '../../src/observation.ts'
import { at, call, lookup, lost, returned, segment, socket, stop, tick, TUPLE } from '../samples.ts'

const everything = () => true

/** What each Observation lets out, and at last the end. */
const given = (observations: readonly Observation[], wanted: (call: Kind<'call'>) => boolean = everything) => {
  const machine = pairCalls(wanted)
  return [...observations.map((observation) => machine.push(observation)), machine.flush()]
}
const steps = (observations: readonly Observation[], wanted?: (call: Kind<'call'>) => boolean) =>
  given(observations, wanted).flat()
const told = ({ call: { fn }, returned: back }: Step) => `${fn} = ${back?.value ?? '?'}`
const counts = (observations: readonly Observation[]) => given(observations).map(({ length }) => length)

const OUTER = call({ fn: 'tcp_v4_rcv' })
const INNER = call({ fn: 'tcp_v4_do_rcv', at: at(1000.001), who: '32c' })

test('a call and its return are one step, and what it took', () => {
  expect(steps([OUTER, returned()])).toEqual([{ call: OUTER, returned: { value: '0', took: 10_000 } }])
})

test.each<[string, Observation[], string[]]>([
  [
    'begun earlier, though it returns later',
    [
      OUTER,
      INNER,
      returned({ fn: 'tcp_v4_do_rcv', at: at(1000.002), value: '1' }),
      returned({ at: at(1000.003), value: '0' }),
    ],
    ['tcp_v4_rcv = 0', 'tcp_v4_do_rcv = 1'],
  ],
  [
    'of one function within itself: the inner one returns first',
    [OUTER, call({ at: at(1000.001) }), returned({ value: 'inner' }), returned({ value: 'outer' })],
    ['tcp_v4_rcv = outer', 'tcp_v4_rcv = inner'],
  ],
  [
    'of two callers: each has its own',
    [OUTER, call({ who: '33' }), returned({ value: 'first' }), returned({ who: '33', value: 'second' })],
    ['tcp_v4_rcv = first', 'tcp_v4_rcv = second'],
  ],
  ['without its return', [OUTER, INNER, returned()], ['tcp_v4_rcv = 0', 'tcp_v4_do_rcv = ?']],
  ['whose call was not seen', [returned(), OUTER, returned()], ['tcp_v4_rcv = 0']],
  ['of another function', [OUTER, returned({ fn: 'tcp_done' })], ['tcp_v4_rcv = ?']],
  ['of a drop, which has no return', [call({ fn: 'kfree_skb', who: '0' })], ['kfree_skb = ?']],
])('a step %s', (_, observations, expected) => {
  expect(steps(observations).map(told)).toEqual(expected)
})

test('a step comes when it is over, and not before an older one', () => {
  expect(counts([OUTER, INNER, returned({ fn: 'tcp_v4_do_rcv' }), returned(), stop()])).toEqual([0, 0, 0, 2, 0, 0])
})

test('a drop waits for the calls that it came in', () => {
  expect(counts([OUTER, call({ fn: 'kfree_skb', who: '0' }), returned()])).toEqual([0, 0, 2, 0])
})

test('a return may be away for 50 ms of event time, and no longer', () => {
  expect(counts([OUTER, tick(1049.9), returned({ at: at(1049.95) })])).toEqual([0, 0, 1, 0])
  expect(counts([OUTER, tick(1050), returned({ at: at(1050.1) })])).toEqual([0, 1, 0, 0])
})

test('time that is not of events is none', () => {
  expect(counts([OUTER, lookup(undefined, { at: at(99_000) }), lost('events', 1)])).toEqual([0, 0, 0, 1])
})

test('a return that never came is not waited for again: the next is that of the next call', () => {
  const later = call({ at: at(2000) })
  expect(steps([OUTER, tick(1100), later, returned({ at: at(2000.5), value: '7' })]).map(told)).toEqual([
    'tcp_v4_rcv = ?',
    'tcp_v4_rcv = 7',
  ])
  const stray = returned({ at: at(1200) })
  expect(steps([OUTER, tick(1100), stray, later, returned({ at: at(2000.5) })])[1]).toEqual({
    call: later,
    returned: { value: '0', took: 500_000 },
  })
})

test.each([
  ['stop', [OUTER, INNER, stop()], [0, 0, 2, 0]],
  ['the end of a recording that was cut off', [OUTER, INNER], [0, 0, 2]],
])('%s lets everything out', (_, observations, expected) => {
  expect(counts(observations)).toEqual(expected)
})

test('memory is bounded: beyond 10,000 the oldest goes on without its return', () => {
  const machine = pairCalls(everything)
  let out = 0
  for (let n = 0; n < 10_023; n++) out += machine.push(call({ who: n.toString(16) })).length
  expect(out).toBe(23)
  const [first, ...rest] = [...machine.push(returned({ who: 'ff' })), ...machine.flush()]
  expect([first, ...rest].filter((step) => step?.returned)).toHaveLength(1)
  expect(rest).toHaveLength(9_999)
})

test('where the packet entered, before NAT, is a step before the first that is wanted', () => {
  const was = { at: at(999.99), fn: 'ip_rcv', netns: 4026532195, daddr: '198.51.100.1', dport: 32193 }
  const behind = call({ was, segment: segment({ dev: 'eth0' }), socket: { sk: socket().sk, state: 'LISTEN' } })
  const [entrance, step] = steps([behind, returned()])
  expect(step).toEqual({ call: behind, returned: { value: '0', took: 10_000 } })
  expect(entrance).toEqual({
    call: {
      ...behind,
      at: was.at,
      fn: 'ip_rcv',
      tuple: { ...TUPLE, netns: was.netns, daddr: was.daddr, dport: was.dport },
      segment: segment(),
      socket: null,
    },
    returned: null,
  })
})

test('a call that is not wanted is followed and not told: the return of another is not taken for it', () => {
  const other = call({ at: at(1000.001), tuple: { ...TUPLE, sport: 1 } })
  const observations = [OUTER, other, returned({ value: 'other' }), returned({ value: 'mine' })]
  expect(steps(observations, ({ tuple }) => tuple.sport === TUPLE.sport).map(told)).toEqual(['tcp_v4_rcv = mine'])
})

test('the entrance of a packet is wanted when what it became is, though its address was another', () => {
  const was = { at: at(999), fn: 'ip_rcv', netns: 1, daddr: '198.51.100.1', dport: 32193 }
  expect(steps([call({ was })], ({ tuple }) => tuple.dport === 80).map(told)).toEqual(['ip_rcv = ?', 'tcp_v4_rcv = ?'])
  expect(steps([call({ was })], ({ tuple }) => tuple.dport === 32193)).toEqual([])
})

// Calls and returns of three callers in any order, losses among them, and time that goes on as it likes.
const events = fc
  .array(
    fc.record({
      kind: fc.constantFrom('call', 'return', 'tick'),
      fn: fc.constantFrom('tcp_v4_rcv', 'tcp_v4_do_rcv', 'kfree_skb'),
      who: fc.constantFrom('1', '2', '3'),
      after: fc.nat(30_000),
    }),
  )
  .map((list) => {
    let us = 1_000_000
    return list.map(({ kind, fn, who, after }, index): Observation => {
      us += after
      const event = { fn, who, at: at(us / 1000) }
      return kind === 'call'
        ? call(event)
        : kind === 'return'
          ? returned({ ...event, value: String(index) })
          : tick(us / 1000)
    })
  })

test('every call is told exactly once, in order of time, and no return twice', () => {
  fc.assert(
    fc.property(events, (observations) => {
      const out = steps(observations)
      expect(out.map((step) => step.call)).toEqual(observations.filter(({ kind }) => kind === 'call'))
      const values = out.flatMap((step) => step.returned?.value ?? [])
      expect(new Set(values).size).toBe(values.length)
      expect(out.every(({ returned: back }) => back === null || back.took >= 0)).toBe(true)
    }),
  )
})

test('calls that all come back within each other have the return that closes them', () => {
  const nested = fc.array(fc.boolean(), { maxLength: 40 }).map((opens) => {
    const open: number[] = []
    const expected = new Map<number, number>()
    const list: Observation[] = []
    for (const [index, opening] of opens.entries()) {
      const event = { at: at(1000 + index / 1000) }
      const last = opening ? undefined : open.pop()
      if (last !== undefined) {
        expected.set(last, index)
        list.push(returned({ ...event, value: String(index) }))
      } else {
        open.push(index)
        list.push(call(event))
      }
    }
    return { list, expected }
  })
  fc.assert(
    fc.property(nested, ({ list, expected }) => {
      const out = steps(list).map(({ call: begun, returned: back }) => [begun.at, back?.value])
      const calls = list.flatMap((observation, index) =>
        observation.kind === 'call' ? [[observation.at, index] as const] : [],
      )
      expect(out).toEqual(calls.map(([moment, index]) => [moment, expected.get(index)?.toString()]))
    }),
  )
})
