// SPDX-License-Identifier: MIT
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { order, type Machine } from '../../src/flow/order.ts'
import type { Observation } from '../../src/observation.ts'
import { compareTime, nanosecondsBetween, timeOf } from '../../src/time.ts'
import { at, lookup, lost, packet, start, stop, tick } from '../samples.ts'

const WINDOW = 1000

const pushAll = (machine: Machine<Observation, Observation>, observations: readonly Observation[]) =>
  observations.flatMap((observation) => machine.push(observation))

// `cpu` numbers the event: what comes out can be told apart even at the same time.
const event = (ns: number, id: number) => packet({ at: timeOf(BigInt(ns)), cpu: id })

const anyTimes = fc.array(fc.nat(20_000), { maxLength: 60 })

/** Events in the order of their arrival, each late by less than the window. */
const arrivals = fc
  .array(fc.tuple(fc.nat(20_000), fc.nat(WINDOW - 1)), { maxLength: 60 })
  .map((list) => list.map(([ns, late], id) => ({ ns, late, id })).toSorted((a, b) => a.ns + a.late - b.ns - b.late))

test('comes out in order of time when nothing is later than the window', () => {
  fc.assert(
    fc.property(arrivals, (list) => {
      const machine = order(WINDOW)
      const out = [
        ...pushAll(
          machine,
          list.map(({ ns, id }) => event(ns, id)),
        ),
        ...machine.flush(),
      ]
      const times = out.map((observation) => ('at' in observation ? observation.at : at(0)))
      expect(times).toEqual(times.toSorted(compareTime))
    }),
  )
})

test('loses and doubles nothing, however late', () => {
  fc.assert(
    fc.property(anyTimes, (times) => {
      const machine = order(WINDOW)
      const out = [...pushAll(machine, times.map(event)), ...machine.flush()]
      const ids = out.map((observation) => ('cpu' in observation ? observation.cpu : -1))
      expect(ids.toSorted((a, b) => a - b)).toEqual(times.map((_, id) => id))
      expect(machine.flush()).toEqual([])
    }),
  )
})

test('holds nothing for longer than the window', () => {
  fc.assert(
    fc.property(anyTimes, (times) => {
      const machine = order(WINDOW)
      const events = times.map(event)
      const out = new Set(pushAll(machine, events))
      const newest = timeOf(BigInt(Math.max(0, ...times)))
      for (const one of events) expect(out.has(one)).toBe(nanosecondsBetween(newest, one.at) >= WINDOW)
    }),
  )
})

test('events of the same moment keep their order', () => {
  const machine = order(WINDOW)
  const events = [event(5, 0), event(5, 1), event(5, 2)]
  expect([...pushAll(machine, events), ...machine.flush()]).toEqual(events)
})

test.each([start(), lookup()])('what has no place in the order passes at once: $kind', (passing) => {
  const machine = order(WINDOW)
  machine.push(event(1, 0))
  expect(machine.push(passing)).toEqual([passing])
})

test('a loss comes once more behind the events that wait, since it may be younger than these', () => {
  const machine = order(WINDOW)
  const [older, newer] = [event(1, 0), event(500, 1)]
  expect(pushAll(machine, [older, newer, lost('events', 3), event(600, 2), stop()])).toEqual([
    { ...lost('events', 3), span: 'begins' },
    older,
    newer,
    lost('events', 0),
    event(600, 2),
    { ...lost('events', 0), span: 'ends' },
    stop(),
  ])
})

test('a loss that passes no event is bounded by the next one that is read', () => {
  const machine = order(WINDOW)
  const [begins, ends] = [
    { ...lost('events', 3), span: 'begins' },
    { ...lost('events', 0), span: 'ends' },
  ]
  expect(machine.push(lost('events', 3))).toEqual([begins])
  expect([...machine.push(event(500, 1)), ...machine.push(event(600, 2)), ...machine.flush()]).toEqual([
    event(500, 1),
    ends,
    event(600, 2),
  ])
})

test('the stop comes after everything', () => {
  const machine = order(WINDOW)
  pushAll(machine, [event(2, 0), event(1, 1)])
  expect(machine.push(stop())).toEqual([event(1, 1), event(2, 0), stop()])
})

/**
 * A machine of three CPUs with events of random times, whose buffers are emptied one after the other in rounds that begin
 * when they may, seconds apart as well; a tick every 100 on CPU 0. `read` is later than the emptying by up to a second.
 */
const rounds = fc
  .record({
    times: fc.array(fc.tuple(fc.nat(20_000), fc.nat(2)), { maxLength: 60 }),
    pauses: fc.array(fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 6000 })), {
      minLength: 30,
      maxLength: 30,
    }),
    pipe: fc.nat(1000),
  })
  .map(({ times, pauses, pipe }) => {
    const events = [
      ...times.map(([ns, cpu], id) => ({ ns, cpu, id })),
      ...Array.from({ length: 200 }, (_, index) => ({ ns: index * 100, cpu: 0, id: -1 })),
    ].toSorted((a, b) => a.ns - b.ns)
    const emptied = [0, 0, 0]
    let clock = 0
    return pauses.flatMap((pause) => {
      clock += pause
      return emptied.flatMap((since, cpu) => {
        const visit = (clock += 1)
        emptied[cpu] = visit
        return events
          .filter((one) => one.cpu === cpu && one.ns >= since && one.ns < visit)
          .map(({ ns, id }) => (id < 0 ? read(ns, visit + pipe) : event(ns, id)))
      })
    })
  })
const time = (ns: number) => timeOf(BigInt(ns))
const read = (ns: number, when: number) => ({ ...tick(0), at: time(ns), read: time(when) })

test('comes out in order of time however late the buffers are emptied, where ticks say when they were read', () => {
  fc.assert(
    fc.property(rounds, (lines) => {
      const machine = order(WINDOW)
      const out = pushAll(machine, [read(0, 0), ...lines])
      const times = out.map((observation) => ('at' in observation ? observation.at : at(0)))
      expect(times).toEqual(times.toSorted(compareTime))
      expect(out.length + machine.flush().length).toBe(lines.length + 1)
    }),
  )
})

test('what was read is not held for ever: a tick of a later round lets it go', () => {
  const machine = order(WINDOW)
  expect(pushAll(machine, [read(0, 0), event(50, 1), read(100, 5000), read(200, 5001)])).toEqual([read(0, 0)])
  // Of the same round: other buffers may have more of that time.
  expect(pushAll(machine, [event(60, 2), read(4900, 5002)])).toEqual([])
  expect(machine.push(read(5010, 5011))).toEqual([
    event(50, 1),
    event(60, 2),
    read(100, 5000),
    read(200, 5001),
    read(4900, 5002),
  ])
})

test('a tick lets go what waits', () => {
  const machine = order(WINDOW)
  machine.push(event(0, 0))
  expect(machine.push(tick(1))).toEqual([event(0, 0)])
})

// Stopwatch off: what this costs is seen when it times out, since work that grows with the square takes minutes here.
test('memory is bounded, and so is the work: 21,000 events of one moment', () => {
  const machine = order(WINDOW)
  let passed = 0
  for (let id = 0; id < 21_000; id++) passed += machine.push(event(1, id)).length
  expect(passed).toBe(1000)
  expect(machine.flush()).toHaveLength(20_000)
})
