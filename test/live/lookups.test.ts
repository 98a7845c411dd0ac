// SPDX-License-Identifier: MIT
import { firstValueFrom, from, toArray } from 'rxjs'
import { expect, test } from 'vitest'
import type { Ehash, Reply } from '../../src/ehash/ehash.ts'
import { TOO_MANY } from '../../src/flow/asked.ts'
import { withLookups } from '../../src/live/lookups.ts'
import type { Observation } from '../../src/observation.ts'
import { arrival, at, lookup, packet, reset, RST_ACK, segment, socket, SYN, tick, TUPLE } from '../samples.ts'

const ehash = (over: Partial<Ehash>): Ehash => ({
  source: 'module',
  ask: () => ({ answer: { found: 'none' } }),
  close: () => undefined,
  ...over,
})

const all = (by: Ehash | undefined, ...observations: Observation[]) =>
  firstValueFrom(from(observations).pipe(withLookups(by, { now: () => at(1001.5) }), toArray()))

test('asks after each reset and each first segment, and for nothing else', async () => {
  const first = packet({ first: true })
  const later = packet({ first: false })
  expect(await all(ehash({}), first, later, tick(1), reset())).toEqual([
    first,
    lookup({ found: 'none' }, { why: 'first' }),
    later,
    tick(1),
    reset(),
    lookup({ found: 'none' }),
  ])
})

test.each<[string, Observation, 'first' | 'reset' | undefined]>([
  ['a RST', arrival(), 'reset'],
  ['a RST with ACK', arrival({ flags: RST_ACK }), 'reset'],
  ['a RST whose socket is known', arrival({}, { socket: socket() }), 'reset'],
  ['a first segment', packet(), 'first'],
  ['another segment', packet({ first: false }), undefined],
])('asks after %s that comes in, where that is cheap', async (_, observation, why) => {
  const [given, answer] = await all(ehash({}), observation)
  expect(given).toBe(observation)
  expect(answer?.kind === 'lookup' ? answer.why : undefined).toBe(why)
  expect(await all(ehash({ source: 'ss' }), observation)).toEqual([observation])
})

test.each<[string, Observation, boolean]>([
  [
    'a reset without a socket',
    reset({ fn: 'tcp_v4_send_reset', segment: segment({ flags: SYN }), socket: null }),
    true,
  ],
  ['a reset of a socket', reset(), false],
  ['a reset of a listener', reset({ fn: 'tcp_v4_send_reset', socket: socket({ state: 'LISTEN' }) }), false],
  ['a RST that came for nobody', arrival(), false],
  ['a RST that came for a socket', arrival({}, { socket: socket() }), false],
])('near misses are asked for where this host answers without a socket: %s', async (_, observation, near) => {
  const asked: boolean[] = []
  const ask: Ehash['ask'] = (_tuple, question) => {
    asked.push(question.near)
    return { answer: { found: 'none' } }
  }
  await all(ehash({ ask }), observation)
  expect(asked).toEqual([near])
})

test('asks for what a segment finds that came by its interface', async () => {
  const asked: unknown[] = []
  const ask: Ehash['ask'] = (_tuple, question) => {
    asked.push(question)
    return { answer: { found: 'none' } }
  }
  await all(ehash({ ask }), reset({ fn: 'tcp_v4_send_reset', segment: segment({ ifindex: 3 }), socket: null }))
  expect(asked).toEqual([{ near: true, ifindex: 3 }])
})

test('asks for first segments only where that is cheap', async () => {
  expect(await all(ehash({ source: 'ss' }), packet())).toEqual([packet()])
})

test('asks nobody when there is nobody', async () => {
  expect(await all(undefined, packet(), reset())).toEqual([packet(), reset()])
})

test('the moment of the answer is that of who gave it', async () => {
  const dated = ehash({ ask: () => ({ answer: { found: 'none' }, at: at(1000.5) }) })
  expect(await all(dated, reset())).toEqual([reset(), lookup({ found: 'none' }, { at: at(1000.5) })])
})

test('questions that wait are bounded: each beyond is not asked, and its answer says so', async () => {
  const asked: ((reply: Reply) => void)[] = []
  const ask = () => new Promise<Reply>((resolve) => asked.push(resolve))
  const resets = Array.from({ length: 67 }, (_, n) => reset({ tuple: { ...TUPLE, sport: n } }))
  const given = all(ehash({ source: 'ss', ask }), ...resets)
  expect(asked).toHaveLength(64)
  for (const answer of asked) answer({ answer: { found: 'none' } })
  const answers = (await given).filter((observation) => observation.kind === 'lookup')
  expect(new Set(answers.map(({ tuple }) => tuple.sport)).size).toBe(67)
  expect(answers.filter(({ answer }) => answer.error === TOO_MANY)).toHaveLength(3)
})

/** SYNs to closed ports, so many in a millisecond. */
const scan = (milliseconds: number, each: number) =>
  Array.from({ length: milliseconds * each }, (_, n) =>
    reset({
      at: at(1000 + Math.floor(n / each)),
      fn: 'tcp_v4_send_reset',
      segment: segment({ flags: SYN }),
      socket: null,
    }),
  )

test.each([
  ['10 resets a millisecond', 10, 5000 + 4995, 100 + 99],
  ['one in a millisecond', 1, 1000, 100 + 99],
])('in a second of a scan, %s, a bounded number of questions', async (_, each, questions, nearMisses) => {
  const asked: boolean[] = []
  const ask: Ehash['ask'] = (_tuple, { near }) => {
    asked.push(near)
    return { answer: { found: 'none' } }
  }
  const given = await all(ehash({ ask }), ...scan(1000, each))
  const answers = given.filter((observation) => observation.kind === 'lookup').map(({ answer }) => answer)
  expect(answers).toHaveLength(1000 * each)
  expect(asked).toHaveLength(questions)
  expect(asked.filter((near) => near)).toHaveLength(nearMisses)
  expect(answers.filter(({ error }) => error === TOO_MANY)).toHaveLength(1000 * each - questions)
  expect(answers.filter((answer) => answer.near_skipped)).toHaveLength(questions - nearMisses)
})

test('after a quiet second near misses are asked for again', async () => {
  const near: boolean[] = []
  const ask: Ehash['ask'] = (_tuple, question) => {
    near.push(question.near)
    return { answer: { found: 'none' } }
  }
  const later = reset({ at: at(3000), fn: 'tcp_v4_send_reset', segment: segment({ flags: SYN }), socket: null })
  await all(ehash({ ask }), ...scan(1, 200), later)
  expect([near[99], near[100], near.at(-1)]).toEqual([true, false, true])
})
