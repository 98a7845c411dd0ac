// SPDX-License-Identifier: MIT
import { from, lastValueFrom, tap, toArray } from 'rxjs'
import { describe, expect, test } from 'vitest'
import { ANY } from '../src/filter/filter.ts'
import { parsePorts } from '../src/filter/port.ts'
import type { Observation } from '../src/observation.ts'
import { run, type Line, type Run } from '../src/run.ts'
import { ANY_VERDICT } from '../src/filter/verdict.ts'
import {
  ACK,
  at,
  call,
  nat,
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
  tick,
  TUPLE,
} from './samples.ts'

const options = (over: Partial<Run> = {}): Run => ({
  record: (observations) => observations,
  filter: { ...ANY, ...ANY_VERDICT },
  steps: ['tcp_v4_rcv', 'tcp_v4_do_rcv'],
  count: Infinity,
  enough: () => undefined,
  see: () => undefined,
  ...over,
})

const linesOf = (observations: readonly Observation[], over: Partial<Run> = {}) =>
  lastValueFrom(from(observations).pipe((source) => run(source, options(over)), toArray()))

const told = (line: Line) => (line.kind === 'step' ? line.step.call.fn : line.verdict.cause)

const other = { ...TUPLE, sport: 1 }
const TRACE: Observation[] = [
  start(),
  call({ at: at(999), fn: 'tcp_v4_rcv' }),
  call({ at: at(999.1), fn: 'tcp_v4_do_rcv' }),
  returned({ at: at(999.2), fn: 'tcp_v4_do_rcv', value: '0' }),
  returned({ at: at(999.3), fn: 'tcp_v4_rcv', value: '0' }),
  reset({ at: at(1000) }),
  tick(1300),
  call({ at: at(1999), fn: 'tcp_v4_rcv', tuple: other }),
  returned({ at: at(1999.3), fn: 'tcp_v4_rcv', value: '0' }),
  reset({ at: at(2000), tuple: other }),
  tick(2300),
  stop(),
]

test.each<[string, Partial<Run>, string[]]>([
  ['all', {}, ['tcp_v4_rcv', 'tcp_v4_do_rcv', 'peer-aborted', 'tcp_v4_rcv', 'peer-aborted']],
  ['no steps where none are asked for', { steps: [] }, ['peer-aborted', 'peer-aborted']],
  ['the steps asked for', { steps: ['tcp_v4_do_rcv'] }, ['tcp_v4_do_rcv', 'peer-aborted', 'peer-aborted']],
  [
    'a count is of verdicts, and nothing comes after the last',
    { count: 1 },
    ['tcp_v4_rcv', 'tcp_v4_do_rcv', 'peer-aborted'],
  ],
  [
    'a filter is of steps and verdicts',
    { filter: { ...ANY, ...ANY_VERDICT, sport: parsePorts('', '1') } },
    ['tcp_v4_rcv', 'peer-aborted'],
  ],
  [
    'a filter of verdicts lets the steps be',
    { filter: { ...ANY, ...ANY_VERDICT, notCause: ['peer-aborted'] } },
    ['tcp_v4_rcv', 'tcp_v4_do_rcv', 'tcp_v4_rcv'],
  ],
  [
    'a verdict that is not selected is not counted',
    { filter: { ...ANY, ...ANY_VERDICT, state: ['CLOSE'] }, count: 1 },
    ['tcp_v4_rcv', 'tcp_v4_do_rcv', 'tcp_v4_rcv'],
  ],
])('%s', async (_, over, expected) => {
  expect((await linesOf(TRACE, over)).map(told)).toEqual(expected)
})

test('the return of a call that the filter leaves out is not taken for another’s', async () => {
  const trace = [
    start(),
    call({ at: at(1000) }),
    call({ at: at(1000.1), tuple: other }),
    returned({ at: at(1000.2), value: 'theirs' }),
    returned({ at: at(1000.3), value: 'ours' }),
    stop(),
  ]
  const [line, ...rest] = await linesOf(trace, {
    filter: { ...ANY, ...ANY_VERDICT, sport: parsePorts('', String(TUPLE.sport)) },
  })
  expect(rest).toEqual([])
  expect(line).toMatchObject({ kind: 'step', step: { returned: { value: 'ours', took: 300_000 } } })
})

test('what comes out of order from two CPUs is put in order before it is paired', async () => {
  const events = TRACE.slice(1, 5)
  expect(await linesOf([start(), ...events.toReversed(), stop()])).toEqual(await linesOf([start(), ...events, stop()]))
})

test('enough is told once, with the last verdict that counts', async () => {
  let times = 0
  await linesOf(TRACE, { count: 1, enough: () => (times += 1) })
  expect(times).toBe(1)
  await linesOf(TRACE, { count: 3, enough: () => (times += 1) })
  expect(times).toBe(1)
})

test('what the filter leaves out is recorded, but not seen', async () => {
  const seen: string[] = []
  const recorded: string[] = []
  await linesOf([start(), packet(), packet({ tuple: other }), stop()], {
    record: tap(({ kind }) => recorded.push(kind)),
    filter: { ...ANY, ...ANY_VERDICT, sport: parsePorts('', '1') },
    see: ({ kind }) => seen.push(kind),
  })
  expect({ seen, recorded }).toEqual({
    seen: ['start', 'packet', 'stop'],
    recorded: ['start', 'packet', 'packet', 'stop'],
  })
})

const LISTENER = { ...TUPLE, saddr: '0.0.0.0', sport: 0 }
const answer = (tuple = TUPLE) =>
  reset({ fn: 'tcp_v4_send_reset', segment: segment({ flags: ACK }), socket: socket({ state: 'LISTEN' }), tuple })

test.each<[string, Observation, string]>([
  ['that began to listen', state({ from: 'CLOSE', to: 'LISTEN', tuple: LISTENER }), 'nginx'],
  ['that was there', owner({ fn: 'proc', sk: null, tuple: { ...LISTENER, daddr: '0.0.0.0' } }), 'nginx'],
])('a filter of peers lets by what is known of a listener %s', async (_, known, comm) => {
  const [line] = await linesOf([start(), known, answer(), reply(), stop()], {
    filter: { ...ANY, ...ANY_VERDICT, sport: parsePorts('', String(TUPLE.sport)) },
  })
  expect(line?.kind === 'verdict' ? line.verdict.owner?.comm : null).toBe(comm)
})

test('the end of a listener passes the filter, too: its memory may be another’s', async () => {
  const listened = state({ at: at(1), from: 'CLOSE', to: 'LISTEN', tuple: LISTENER })
  const ended = state({ at: at(2), from: 'LISTEN', to: 'CLOSE', tuple: LISTENER })
  const [line] = await linesOf([start(), listened, ended, answer(), reply(), stop()], {
    filter: { ...ANY, ...ANY_VERDICT, sport: parsePorts('', String(TUPLE.sport)) },
  })
  expect(line?.kind === 'verdict' ? line.verdict.owner : undefined).toBe(null)
})

const by = (option: 'dport' | 'notDport', port: string) => ({
  filter: { ...ANY, ...ANY_VERDICT, [option]: parsePorts('', port) },
})

describe('a connection that NAT has changed', () => {
  test.each<[string, Partial<Run>, number]>([
    ['by its port before NAT', by('dport', '32193'), 1],
    ['by its port behind NAT', by('dport', '80'), 1],
    ['by no other port', by('dport', '32194'), 0],
    ['unless its port before NAT is excluded', by('notDport', '32193'), 0],
    ['unless its port behind NAT is excluded', by('notDport', '80'), 0],
  ])('is selected %s', async (_, over, count) => {
    expect(await linesOf([start(), nat(), reset(), stop()], over)).toHaveLength(count)
  })

  test('has its verdict, and all evidence for it, though NAT is known by its reset only', async () => {
    const late = [start(), owner(), state({ to: 'CLOSE_WAIT' }), nat({ at: at(1000) }), reset(), stop()]
    const seen: string[] = []
    const lines = await linesOf(late, { ...by('dport', '32193'), see: ({ kind }) => seen.push(kind) })
    expect(lines).toEqual(await linesOf(late))
    expect(lines).toHaveLength(1)
    expect(seen).toEqual(['start', 'nat', 'reset', 'stop'])
  })

  test('has its steps', async () => {
    const steps = [start(), nat(), call({ at: at(999) }), returned({ at: at(999.1) }), stop()]
    expect((await linesOf(steps, by('dport', '32193'))).map(told)).toEqual(['tcp_v4_rcv'])
  })
})
