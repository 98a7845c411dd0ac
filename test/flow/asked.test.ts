// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { whyAsked, type Source } from '../../src/flow/asked.ts'
import { correlate } from '../../src/flow/correlate.ts'
import type { Kind, Observation } from '../../src/observation.ts'
import { judge } from '../../src/verdict/judge.ts'
import { arrival, at, lookup, packet, reset, start, tick } from '../samples.ts'

type Why = Kind<'lookup'>['why'] | undefined

test.each<[string, Kind<'packet' | 'reset'>, Why, Why]>([
  ['a reset', reset(), 'reset', 'reset'],
  ['a RST that comes in', arrival(), 'reset', undefined],
  ['a RST that is the first segment of its flow', arrival({}, { first: true }), 'reset', undefined],
  ['a first segment', packet(), 'first', undefined],
  ['another segment', packet({ first: false }), undefined, undefined],
])('the TCP hash is asked after %s', (_, event, byModule, bySs) => {
  const given = (['module', 'ss', 'off'] as const).map((source: Source) => whyAsked(source, event))
  expect(given).toEqual([byModule, bySs, undefined])
})

const given = (machine: ReturnType<typeof correlate>, ...observations: Observation[]) =>
  observations.flatMap((observation) => machine.push(observation))

test.each<['module' | 'ss', Kind<'packet' | 'reset'>]>([
  ['module', reset()],
  ['module', arrival()],
  ['ss', reset()],
])('a look-up by %s that is never answered is waited for one second of event time', (ehash, event) => {
  const machine = correlate()
  expect(given(machine, start({ probes: ['kfree_skb'], ehash }), event, tick(1999))).toEqual([])
  const [unanswered, ...others] = given(machine, tick(2000))
  expect(others).toEqual([])
  expect(unanswered?.after).toEqual(
    lookup({ found: null, error: 'no answer within 1 s' }, { at: at(2000), event: at(1000), source: ehash }),
  )
})

test('a slow look-up holds no verdict behind it for longer, and its verdict owes nothing to the TCP hash', () => {
  const machine = correlate()
  const other = { ...reset().tuple, sport: 1 }
  const events = [start({ ehash: 'ss' }), reset(), reset({ at: at(1001), tuple: other })]
  const quick = lookup({ found: 'none' }, { event: at(1001), tuple: other, source: 'ss' })
  expect(given(machine, ...events, quick, tick(1900))).toEqual([])
  const verdicts = given(machine, tick(2000)).map(judge)
  expect(verdicts.map(({ at: moment }) => moment)).toEqual([at(1000), at(1001)])
  const [slow] = verdicts
  expect(slow?.because.some((one) => one.includes('no answer within 1 s'))).toBe(true)
  expect(slow?.because.some((one) => one.startsWith('without the TCP hash'))).toBe(false)
})

test('what is answered after that second belongs to no case', () => {
  const machine = correlate()
  given(machine, start({ ehash: 'ss' }), reset(), tick(2000))
  expect(
    given(machine, lookup(), reset({ at: at(2001) }), lookup(undefined, { event: at(2001) }), tick(2100)),
  ).toMatchObject([{ after: { event: at(2001) } }])
})
