// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { TOO_MANY } from '../../src/flow/asked.ts'
import { createCounters, type Counters } from '../../src/metrics/counters.ts'
import { createGrowth } from '../../src/metrics/growth.ts'
import type { ExtraLabel } from '../../src/metrics/labels.ts'
import { CAUSE_LIST } from '../../src/verdict/table.ts'
import { at, counters as reading, lookup, lost, start, stop, TUPLE, verdict } from '../samples.ts'

const made = (extra: readonly ExtraLabel[] = []) => createCounters('1.2.3', extra)

/** The lines of one metric, without its name. */
const of = async (counters: Counters, name: string) =>
  (await counters.text()).split('\n').flatMap((line) => (line.startsWith(name) ? [line.slice(name.length)] : []))

const notZero = (lines: readonly string[]) => lines.filter((line) => !line.endsWith(' 0'))

test('every cause is there from the start, at 0', async () => {
  const lines = await of(made(), 'tracereset_resets_total')
  expect(notZero(lines)).toEqual([])
  expect(CAUSE_LIST.filter(({ id }) => !lines.some((line) => line.includes(`cause="${id}"`)))).toEqual([])
})

test('a reset is counted where it was 0 before, by what it was and no more', async () => {
  const counters = made()
  const before = await of(counters, 'tracereset_resets_total')
  counters.judged(verdict())
  counters.judged(verdict())
  const after = await of(counters, 'tracereset_resets_total')
  const { outcome, cause, who, confidence } = verdict()
  expect(notZero(after)).toEqual([`{outcome="${outcome}",cause="${cause}",who="${who}",confidence="${confidence}"} 2`])
  expect(after).toHaveLength(before.length)
})

test('losses', async () => {
  const counters = made()
  for (const observation of [lost('events', 3), lost('events', 0), lost('lookups', 2)]) counters.see(observation)
  counters.unrecorded(4)
  expect(await of(counters, 'tracereset_lost_total')).toEqual([
    '{what="events"} 3',
    '{what="lookups"} 2',
    '{what="probes"} 0',
    '{what="recorded"} 4',
  ])
})

test('look-ups, and the lag of those that were asked', async () => {
  const counters = made()
  counters.see(lookup({ found: 'none' }, { event: at(1000), at: at(1020), source: 'module' }))
  counters.see(lookup({ found: null, error: 'gone' }, { event: at(1000), at: at(1200), source: 'ss' }))
  counters.see(lookup({ found: null, error: TOO_MANY }, { source: 'module' }))
  expect(await of(counters, 'tracereset_ehash_lookups_total')).toEqual([
    '{source="module",found="none"} 1',
    '{source="ss",found="unknown"} 1',
    '{source="module",found="not-asked"} 1',
  ])
  expect(await of(counters, 'tracereset_ehash_lag_seconds')).toEqual(
    expect.arrayContaining([
      '_bucket{le="0.01"} 0',
      '_bucket{le="0.025"} 1',
      '_bucket{le="0.25"} 2',
      '_sum 0.22',
      '_count 2',
    ]),
  )
})

test('what traces, whether it does, and what the kernel has not; a trace that begins anew tells it anew', async () => {
  const counters = made()
  const tracing = () => of(counters, 'tracereset_tracing')
  expect([await tracing(), counters.tracing()]).toEqual([[' 0'], false])
  counters.see(start({ missing: ['a', 'b'] }))
  counters.see(start({ missing: ['b'], kernel: '6.1"\n' }))
  expect([await tracing(), counters.tracing()]).toEqual([[' 1'], true])
  expect(await of(counters, 'tracereset_probe_missing')).toEqual(['{probe="b"} 1'])
  expect(await of(counters, 'tracereset_build_info')).toEqual([
    `{version="1.2.3",bpftrace="${start().bpftrace}",kernel="6.1\\"\\n"} 1`,
  ])
  counters.see(stop())
  expect([await tracing(), counters.tracing()]).toEqual([[' 0'], false])
})

test("the kernel's own count is there once it was read, and counts from then on", async () => {
  const counters = made()
  expect(await of(counters, 'tracereset_kernel_rsts_sent_total')).toEqual([])
  counters.kernel([reading(1, { OutRsts: 100 })])
  counters.kernel([reading(2, { OutRsts: 107 })])
  expect(await of(counters, 'tracereset_kernel_rsts_sent_total')).toEqual([' 7'])
})

test('no address, port, process or namespace is told', async () => {
  const counters = made()
  counters.judged(verdict())
  const text = await counters.text()
  expect([TUPLE.saddr, TUPLE.daddr, TUPLE.netns, 'nginx', 'port'].filter((word) => text.includes(`"${word}`))).toEqual(
    [],
  )
})

const local = (dport: number) => verdict({ tuple: { ...TUPLE, dport } })

test('the local port, where asked for: at most 2000 series, the rest in other and counted', async () => {
  const counters = made(['lport'])
  const before = await of(counters, 'tracereset_resets_total')
  for (let port = 1; port <= 3000; port++) counters.judged(local(port))
  counters.judged(local(1))
  const lines = await of(counters, 'tracereset_resets_total')
  expect(lines).toHaveLength(2000)
  expect(lines.filter((line) => line.includes('lport="1"')).map((line) => line.split(' ')[1])).toEqual(['2'])
  const over = 3000 - (2000 - before.length)
  expect(
    notZero(lines)
      .filter((line) => line.includes('lport="other"'))
      .map((line) => line.split(' ')[1]),
  ).toEqual([String(over)])
  expect(await of(counters, 'tracereset_series_dropped_total')).toEqual([` ${over}`])
})

test.each([
  [
    'growth of all namespaces',
    [
      { 1: 5, 2: 9 },
      { 1: 6, 2: 11 },
    ],
    3,
  ],
  ['a namespace that is found later begins at its value', [{ 1: 5 }, { 1: 5, 2: 70 }, { 1: 5, 2: 71 }], 1],
  ['one that has gone is forgotten', [{ 1: 5, 2: 9 }, { 1: 5 }, { 1: 5, 2: 30 }], 0],
  ['an inode that was given again', [{ 1: 50 }, { 1: 2 }, { 1: 3 }], 3],
] as const)('%s', (_, readings, expected) => {
  const growth = createGrowth('OutRsts')
  const grown = readings.map((values) =>
    growth(Object.entries(values).map(([netns, OutRsts]) => ({ ...reading(1, { OutRsts }), netns: Number(netns) }))),
  )
  expect(grown.reduce((a, b) => a + b)).toBe(expected)
})
