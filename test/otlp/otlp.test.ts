// SPDX-License-Identifier: MIT
// --otlp against collectors that refuse, hang, are away: what is sent again, what is lost, what is said, how long it takes.
import { afterEach, describe, expect, test, vi } from 'vitest'
import { openOtlp } from '../../src/commands/trace/otlp.ts'
import { createDelivery, type Delivered, type Limits } from '../../src/otlp/deliver.ts'
import { start, verdict } from '../samples.ts'
import { startCollector, type Answer } from './collector.ts'

const LIMITS: Limits = {
  waiting: 100,
  batch: 10,
  pauseMs: 5,
  longestPauseMs: 20,
  patienceMs: 10_000,
  givesUp: false,
}

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.all(closing.splice(0).map((close) => close()))
})

const collector = async (...answers: Answer[]) => {
  const started = await startCollector(answers)
  closing.push(started.close)
  return started
}

const send = async (url: string, count: number, limits: Partial<Limits> = {}, kill = new AbortController()) => {
  const said: string[] = []
  const say = (line: string) => void said.push(line.replaceAll(/:\d{4,5}\b/g, ':PORT'))
  const outlet = await openOtlp(url, false, { tell: say, kill: kill.signal }, say, { ...LIMITS, ...limits })
  outlet.see(start())
  for (let i = 0; i < count; i++) outlet.judged(verdict())
  await outlet.end()
  return { said, complete: outlet.complete() }
}

const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0)
const AT = 'http://127.0.0.1:PORT/v1/logs'

describe('a collector', () => {
  test('that takes: what comes while a request is under way is the next', async () => {
    const { url, received, records } = await collector(200)
    expect(await send(url, 25)).toEqual({ said: [`--otlp: ${AT} has taken 25 verdicts`], complete: true })
    expect(records()).toEqual([1, 10, 10, 4])
    expect(received[0]).toMatchObject({ path: '/v1/logs', headers: { 'content-type': 'application/x-protobuf' } })
  })

  test('that is busy: the same again, and nothing twice', async () => {
    const { url, records } = await collector(503, { status: 429, headers: { 'retry-after': '0' } }, 200)
    const { said, complete } = await send(url, 3)
    expect(said).toEqual([
      `--otlp: ${AT}: it answers 503 Service Unavailable: trying again`,
      `--otlp: ${AT} has taken 3 verdicts`,
    ])
    expect([complete, records()]).toEqual([true, [1, 3, 3]])
  })

  test('that refuses: never again, counted, told once', async () => {
    const { url, records } = await collector({ status: 400, body: Buffer.from('no such tenant\u001b[2J') }, 200, 400)
    expect(await send(url, 25)).toEqual({
      said: [
        `--otlp: ${AT}: it answers 400 Bad Request: no such tenant [2J: verdicts are lost`,
        '--otlp: LOST 15 of 25 verdicts',
      ],
      complete: false,
    })
    expect(records()).toEqual([1, 10, 10, 4])
  })

  test('that takes a part: the rest is counted', async () => {
    // partial_success = 1 { rejected_log_records = 1: 2, error_message = 2: "old" }
    const body = Buffer.from([0x0a, 7, 0x08, 2, 0x12, 3, ...Buffer.from('old')])
    const { url } = await collector({ status: 200, body }, 200)
    expect((await send(url, 5)).said).toEqual([
      `--otlp: ${AT}: it takes not all: old: verdicts are lost`,
      '--otlp: LOST 2 of 5 verdicts',
    ])
  })

  test.each<[string, Answer]>([
    ['hangs', 'hang'],
    ['answers without end', 'drip'],
  ])('that %s: a request has its time, the end too', async (_, answer) => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '50')
    const { url } = await collector(answer)
    const { said } = await send(url, 4, { patienceMs: 300 })
    expect(said).toEqual([
      `--otlp: ${AT}: no answer in 0.05 s: trying again`,
      `--otlp: ${AT}: no time was left for all: verdicts are lost`,
      '--otlp: LOST 4 of 4 verdicts',
    ])
  })

  test('that is slow, and a flood: so many wait, the others are lost', async () => {
    const { url, records } = await collector(200)
    const { said } = await send(url, 150)
    expect(said).toEqual([
      `--otlp: ${AT}: more than 100 would wait: verdicts are lost`,
      '--otlp: LOST 50 of 150 verdicts',
    ])
    expect(sum(records())).toBe(100)
  })

  test('that nobody is: told once, and the end is bounded', async () => {
    const { url, close } = await startCollector([200])
    await close()
    const began = performance.now()
    const { said } = await send(url, 3, { patienceMs: 300 })
    expect(said).toEqual([
      expect.stringMatching(/^--otlp: \S+: connect ECONNREFUSED 127\.0\.0\.1:PORT: trying again$/),
      `--otlp: ${AT}: no time was left for all: verdicts are lost`,
      '--otlp: LOST 3 of 3 verdicts',
    ])
    expect(performance.now() - began).toBeLessThan(5000)
  })

  test('that hangs, and a second Ctrl-C: the end at once', async () => {
    const { url } = await collector('hang')
    const kill = new AbortController()
    setTimeout(() => kill.abort(), 50)
    const began = performance.now()
    expect((await send(url, 3, { patienceMs: 60_000 }, kill)).said.at(-1)).toBe('--otlp: LOST 3 of 3 verdicts')
    expect(performance.now() - began).toBeLessThan(5000)
  })
})

const away = () => Promise.resolve<Delivered>({ kind: 'away', why: 'nobody', afterMs: 0 })

describe('delivery', () => {
  const NEVER = new AbortController().signal
  const silent = { away: () => undefined, lost: () => undefined }

  test('there is room again when something was taken', async () => {
    const answers: ((answer: Delivered) => void)[] = []
    const send = () => new Promise<Delivered>((resolve) => answers.push(resolve))
    const delivery = createDelivery<number>(send, silent, LIMITS, NEVER)
    for (let i = 0; i < 49; i++) delivery.give(i)
    expect(delivery.room()).toBeUndefined()
    delivery.give(49)
    const room = delivery.room()
    answers.shift()?.({ kind: 'taken', rejected: 0, why: '' })
    await room
    expect(delivery.room()).toBeUndefined()
  })

  test('who gives up does so after its patience, and waits for nothing then', async () => {
    const delivery = createDelivery<number>(away, silent, { ...LIMITS, patienceMs: 50, givesUp: true }, NEVER)
    for (let i = 0; i < 60; i++) delivery.give(i)
    await delivery.room()
    expect(delivery.room()).toBeUndefined()
    expect(await delivery.end()).toEqual({ given: 60, lost: 60 })
  })

  test('who does not, keeps what fits however long it takes', async () => {
    let asked = 0
    const later = async (): Promise<Delivered> => (++asked < 20 ? away() : { kind: 'taken', rejected: 0, why: '' })
    const lots = { ...LIMITS, longestPauseMs: 5, patienceMs: 20_000 }
    const delivery = createDelivery<number>(later, silent, lots, NEVER)
    for (let i = 0; i < 120; i++) delivery.give(i)
    expect(await delivery.end()).toEqual({ given: 120, lost: 20 })
  })
})
