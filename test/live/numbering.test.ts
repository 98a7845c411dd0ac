// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { createNumbering } from '../../src/live/numbering.ts'
import { at } from '../samples.ts'

const line = (cpu: number, n: number) => `packet fn=tcp_v4_rcv at=1 cpu=${cpu} n=${n} netns=1 comm=x cpu=0 n=99 \n`

const missing = (...lines: string[]) => {
  const numbering = createNumbering()
  return lines.map(numbering.before)
}

test.each<[string, string[], number[]]>([
  ['nothing lost', [line(0, 1), line(0, 2), line(0, 3)], [0, 0, 0]],
  ['each CPU counts for itself', [line(0, 1), line(3, 1), line(0, 2), line(3, 2)], [0, 0, 0, 0]],
  ['a gap, where it is', [line(0, 1), line(1, 1), line(0, 5), line(1, 2)], [0, 0, 3, 0]],
  ['the first lines of a CPU', [line(1, 4), line(1, 5)], [3, 0]],
  ['lines without a number', ['tick at=5\n', line(0, 1), 'tick at=6\n', line(0, 2)], [0, 0, 0, 0]],
  ['a task with a name like ours', ['owner fn=x at=1 cpu=0 n=1 pid=2 comm= cpu=0 n=7 \n', line(0, 2)], [0, 0]],
])('%s', (_, lines, expected) => expect(missing(...lines)).toEqual(expected))

test.each<[string, number[], string[], number]>([
  ['what bpftrace told of and no gap shows is the rest', [5], [line(0, 1)], 5],
  ['what a gap shows is told once', [3], [line(0, 4)], 0],
  ['a gap that bpftrace did not tell of leaves no rest', [], [line(0, 4)], 0],
  ['both', [3, 4], [line(0, 4), line(0, 5)], 4],
])('%s', (_, told, lines, rest) => {
  const numbering = createNumbering()
  for (const text of lines) numbering.before(text)
  for (const count of told) numbering.told(count)
  expect(numbering.rest()).toBe(rest)
})

const counts = (...byCpu: number[]) => new Map(byCpu.map((count, cpu) => [`${cpu}`, count]))

test('a CPU that prints no more shows its loss by what was counted, once three ticks are read, each made after the last', () => {
  const { before, counted, ticked, rest } = createNumbering()
  for (const text of [line(0, 1), line(1, 1)]) before(text)
  counted(counts(3, 1), at(100))
  // On their way when they were counted.
  expect(before(line(0, 2))).toBe(0)
  expect(ticked(at(99), at(150))).toBe(0)
  expect(ticked(at(101), at(250))).toBe(0)
  // Made before the last was read: the buffers may not have been emptied in between.
  expect(ticked(at(201), at(250))).toBe(0)
  expect(ticked(at(301), at(350))).toBe(0)
  expect(ticked(at(401), at(450))).toBe(1)
  expect(ticked(at(501), at(550))).toBe(0)
  // It is not told again by the next line.
  expect(before(line(0, 5))).toBe(1)
  expect(rest()).toBe(0)
})

test('of several counts the youngest that were read before the tick are compared', () => {
  const { counted, ticked, rest } = createNumbering()
  counted(counts(1), at(100))
  counted(counts(3), at(200))
  counted(counts(7), at(300))
  expect([
    ticked(at(250), at(255)),
    ticked(at(260), at(265)),
    ticked(at(270), at(275)),
    ticked(at(271), at(275)),
    rest(),
    rest(),
  ]).toEqual([0, 0, 3, 0, 4, 0])
})

test('at the end the counts show what no tick came for; bpftrace told of the same loss', () => {
  const { before, counted, told, rest } = createNumbering()
  before(line(2, 1))
  counted(counts(0, 0, 4), at(100))
  told(3)
  expect(rest()).toBe(3)
})

test('a line that comes after its count was compared is none that is missing', () => {
  const { before, counted, ticked } = createNumbering()
  counted(counts(2), at(100))
  const ticks = [101, 103, 105].map((made) => ticked(at(made), at(made + 1)))
  expect([...ticks, before(line(0, 3))]).toEqual([0, 0, 2, 0])
})
