// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { createBalance } from '../../src/summary/balance.ts'
import type { Kind, Observation } from '../../src/observation.ts'
import {
  counters,
  lost,
  packet,
  reply,
  reset,
  segment,
  start as anyStart,
  state,
  stop,
  SYN,
  tick,
  total,
  TUPLE,
} from '../samples.ts'

/** By default of a trace that sees every RST that this host sends. */
const start: typeof anyStart = (over) =>
  anyStart({ probes: ['ip_send_unicast_reply', 'tcp_v6_send_response', 'tcp_send_active_reset'], ...over })

const lines = (...observations: Observation[]) => balanced(() => false, ...observations)

const balanced = (narrows: (recorded: Kind<'start'>['filter']) => boolean, ...observations: Observation[]) => {
  const balance = createBalance(narrows)
  for (const observation of observations) balance.see(observation)
  return balance.lines()
}

const active = reset({ fn: 'tcp_send_active_reset', segment: null })
const answer = reset({ fn: 'tcp_v4_send_reset', segment: segment({ flags: SYN }), socket: null })
const before = counters(0, { OutRsts: 100, EstabResets: 10, InSegs: 7 })
const after = (OutRsts: number, EstabResets: number) => counters(9000, { OutRsts, EstabResets, InSegs: 90 })
const FILTERED = start({ filter: { dport: [{ first: 80, last: 80 }] } })
const SENT = `netns ${TUPLE.netns}: sent: `
const ENDED = `netns ${TUPLE.netns}: ended without a close: `

test.each<[string, Observation[], string[]]>([
  [
    'equal: one of its own accord, one answer, one that came in',
    [start(), before, active, answer, reply(), reset(), state(), state(), total(2), after(102, 12)],
    [
      `${SENT}2 reported + 0 lost = the increase of OutRsts, 2`,
      `${ENDED}2 = the increase of EstabResets, 2; 1 of all by a RST`,
    ],
  ],
  [
    'lost: the probes counted more than lines came',
    [start(), before, active, lost('events', 2), total(3), after(103, 10)],
    [
      `${SENT}1 reported + 2 lost = the increase of OutRsts, 3`,
      `${ENDED}0 = the increase of EstabResets, 0; 0 of all by a RST`,
    ],
  ],
  [
    'differs: the kernel sent one that nothing saw',
    [start(), before, active, total(1), after(102, 11)],
    [
      `${SENT}1 reported + 0 lost DIFFERS from the increase of OutRsts, 2`,
      `${ENDED}0 DIFFERS from the increase of EstabResets, 1; 0 of all by a RST`,
    ],
  ],
  [
    'answers that are not seen leaving count as sent',
    [start({ probes: ['tcp_v4_send_reset'] }), before, answer, after(101, 10)],
    [
      `${SENT}1 reported + 0 lost = the increase of OutRsts, 1`,
      `${ENDED}0 = the increase of EstabResets, 0; 0 of all by a RST`,
    ],
  ],
  [
    'filtered: the rest is of connections that were not asked for',
    [FILTERED, before, active, total(1), after(123, 15)],
    [
      `${SENT}1 reported + 0 lost of the increase of OutRsts, 23: the rest is outside of the filter`,
      `${ENDED}0 of the increase of EstabResets, 5: the rest is outside of the filter; 0 of all by a RST`,
    ],
  ],
  [
    'filtered, and yet more than the kernel counted',
    [FILTERED, before, active, active, total(2), after(101, 10)],
    [
      `${SENT}2 reported + 0 lost DIFFERS from the increase of OutRsts, 1`,
      `${ENDED}0 = the increase of EstabResets, 0; 0 of all by a RST`,
    ],
  ],
  [
    'a namespace that was gone at the end',
    [start(), before, active, total(1)],
    [
      `${SENT}1 reported + 0 lost; the kernel's OutRsts is unknown: the namespace did not exist for the whole trace`,
      `${ENDED}0; the kernel's EstabResets is unknown: the namespace did not exist for the whole trace; 0 of all by a RST`,
    ],
  ],
  [
    'a namespace that came in between',
    [start(), active, total(1), after(1, 0)],
    [
      `${SENT}1 reported + 0 lost; the kernel's OutRsts is unknown: the namespace did not exist for the whole trace`,
      `${ENDED}0; the kernel's EstabResets is unknown: the namespace did not exist for the whole trace; 0 of all by a RST`,
    ],
  ],
  ['nothing happened, and the kernel says so', [start(), before, packet(), tick(1), after(100, 10)], []],
  [
    'nothing was seen, and the kernel knows better',
    [start(), before, after(101, 10)],
    [
      `${SENT}0 reported + 0 lost DIFFERS from the increase of OutRsts, 1`,
      `${ENDED}0 = the increase of EstabResets, 0; 0 of all by a RST`,
    ],
  ],
  [
    'an attempt that no RST came of is not one that was sent',
    [start(), before, answer, active, total(1), after(101, 10)],
    [
      `${SENT}1 reported + 0 lost = the increase of OutRsts, 1`,
      `${ENDED}0 = the increase of EstabResets, 0; 0 of all by a RST`,
    ],
  ],
  [
    'states that the kernel does not count',
    [
      start(),
      before,
      active,
      state({ from: 'FIN_WAIT1' }),
      state({ from: 'SYN_SENT' }),
      state({ to: 'FIN_WAIT1' }),
      state({ from: 'CLOSE_WAIT' }),
      after(101, 11),
    ],
    [
      `${SENT}1 reported + 0 lost = the increase of OutRsts, 1`,
      `${ENDED}1 = the increase of EstabResets, 1; 0 of all by a RST`,
    ],
  ],
])('%s', (_, observations, expected) => {
  expect(lines(...observations)).toEqual(expected)
})

const narrows = (recorded: Kind<'start'>['filter']) => recorded !== FILTERED.filter

test('a replay that narrows the filter says nothing of what was lost: the probes counted all', () => {
  expect(balanced(narrows, start(), before, active, total(23), after(123, 10))).toEqual([
    `${SENT}1 reported of the increase of OutRsts, 23: the rest is outside of the filter`,
    `${ENDED}0 = the increase of EstabResets, 0; 0 of all by a RST`,
  ])
  expect(balanced(narrows, FILTERED, before, active, total(23), after(123, 10))[0]).toBe(
    `${SENT}1 reported + 22 lost = the increase of OutRsts, 23`,
  )
})

const inNetns = (netns: number) => ({ ...active, tuple: { ...TUPLE, netns } })

test('each network namespace has lines of its own, in order of their numbers', () => {
  const heads = lines(start(), inNetns(9), inNetns(10), inNetns(1)).map((line) => line.slice(0, line.indexOf(':')))
  expect(heads).toEqual(['netns 1', 'netns 1', 'netns 9', 'netns 9', 'netns 10', 'netns 10'])
})

test('a RST is that of the attempt for the same segment, once', () => {
  const [line] = lines(start(), before, answer, reply({ skb: 'ffff0002' }), reply(), reply(), after(101, 10))
  expect(line).toBe(`${SENT}1 reported + 0 lost = the increase of OutRsts, 1`)
})

const NARROWER = start()

const unseen = (...observations: Observation[]) => {
  const balance = createBalance((recorded) => recorded === NARROWER.filter)
  for (const observation of observations) balance.see(observation)
  return balance.unseen()
}

test.each<[string, Observation[], string[]]>([
  ['the kernel counted more', [start(), before, active, total(1), after(103, 10), stop()], [`${TUPLE.netns} (2)`]],
  ['no event at all', [start(), before, after(103, 10), stop()], [`${TUPLE.netns} (3)`]],
  ['as many', [start(), before, active, total(1), after(101, 10), stop()], []],
  [
    'more than it counted: some came after the counters were read',
    [start(), before, active, total(1), after(100, 10), stop()],
    [],
  ],
  [
    'lines lost, which is said already',
    [start(), before, active, lost('events', 2), total(3), after(103, 10), stop()],
    [],
  ],
  ['lines lost, and no count of the probes', [start(), before, active, lost('events', 2), after(103, 10), stop()], []],
  ['a filter', [FILTERED, before, after(103, 10), stop()], []],
  ['a narrower filter of the replay', [NARROWER, before, after(103, 10), stop()], []],
  ['no counters', [start(), active, total(1), stop()], []],
  ['a namespace that did not exist for the whole trace', [start(), after(103, 10), stop()], []],
  ['a namespace that another has taken the number of', [start(), before, after(3, 10), stop()], []],
  ['a trace that broke off', [start(), before, after(103, 10), stop('bpftrace ended')], []],
  ['no end', [start(), before, after(103, 10)], []],
  [
    'a probe that this kernel refused',
    [anyStart({ probes: ['tcp_send_active_reset'] }), before, after(103, 10), stop()],
    [],
  ],
])('RSTs of the kernel that nothing saw: %s', (_, observations, netns) => {
  expect(unseen(...observations)).toEqual(netns)
})
