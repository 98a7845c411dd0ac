// SPDX-License-Identifier: MIT
// Recordings of the lab as they would have been on a worse day: with an event lost, with the buffers of the CPUs emptied in
// another order. A verdict may know less then, and be unknown; it is never another one.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decode } from '../src/recording/decode.ts'
import { correlate } from '../src/flow/correlate.ts'
import { order } from '../src/flow/order.ts'
import type { Observation } from '../src/observation.ts'
import { judge } from '../src/verdict/judge.ts'
import type { Verdict } from '../src/verdict/verdict.ts'
import { lost } from './samples.ts'

const ROOT = fileURLToPath(new URL('../fixtures/', import.meta.url))
const KERNELS = readdirSync(ROOT).filter((name) => /^\d/.test(name))

/** The window of run.ts, and how long a CPU's buffer may keep what it has: bpftrace looks at each every few milliseconds. */
const WINDOW_NS = 250_000_000
const BUFFERED_NS = 100_000_000

const recordingsOf = (kernel: string) =>
  readdirSync(`${ROOT}${kernel}`).map((name) => ({
    name,
    observations: readFileSync(`${ROOT}${kernel}/${name}/recording.jsonl`, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line, index) => decode(line, index + 1)),
  }))

const judged = (observations: readonly Observation[]): Verdict[] => {
  const [ordered, cases] = [order(WINDOW_NS), correlate()]
  return [...observations.flatMap(ordered.push), ...ordered.flush()]
    .flatMap(cases.push)
    .concat(cases.flush())
    .map(judge)
}

const causes = (verdicts: readonly Verdict[]) => verdicts.map(({ cause }) => cause)

/**
 * Causes that rest on an event long before the reset, of which nothing else tells. Where that very event is lost the reset
 * looks like another one's, and may be called one of these: a limit of the tool, which it admits by being no more than likely.
 */
const LOOK_ALIKES = [
  'no-socket',
  'bad-ack-to-listener',
  'peer-has-no-socket',
  'peer-aborted',
  'connection-refused',
  'forged',
  'data-after-close',
]
const RESTS_ON_BEFORE = [
  /^accept-queue-overflow\.(silent|hung-server)/,
  /^connect-abandoned/,
  /^data-after-close\.(tail|upload-tail|stale|short-timeout)/,
  /^idle-expiry\.(unasked|both-ends)/,
  /^(ignored-challenge-ack|linger-zero)\.abort-with-hole/,
  /^listener-closed\.(reload|in-handshake)/,
  /^local-injection/,
  /^time-wait-overflow/,
  /^wrong-device\.asymmetric/,
]

/** Whether a recording may be given the verdict where events of it are lost: a look-alike must leave a doubt. */
const allowedIn = (name: string, observations: readonly Observation[]) => {
  const truth = new Set<string>([...causes(judged(observations)), 'unknown'])
  const restsOnBefore = RESTS_ON_BEFORE.some((one) => one.test(name))
  return ({ cause, confidence }: Verdict) =>
    truth.has(cause) || (restsOnBefore && confidence !== 'certain' && LOOK_ALIKES.includes(cause))
}

const isEvent = (observation: Observation) => 'cpu' in observation && observation.kind !== 'owner'

const slice = (observation: Observation) =>
  'cpu' in observation ? Math.floor((observation.at.s * 1e9 + observation.at.ns) / BUFFERED_NS) : undefined

// Each buffer in turn gives all of its last 100 ms, the highest CPU first.
const emptied = (observations: readonly Observation[]): Observation[] => {
  const result: Observation[] = []
  let held: Observation[] = []
  const give = () => {
    result.push(...held.toSorted((a, b) => ('cpu' in b ? b.cpu : 0) - ('cpu' in a ? a.cpu : 0)))
    held = []
  }
  for (const observation of observations) {
    const first = held[0]
    if (first !== undefined && slice(first) !== slice(observation)) give()
    if (slice(observation) === undefined) result.push(observation)
    else held.push(observation)
  }
  give()
  return result
}

/** Within so long a loss is known, by what each CPU has counted, whatever it prints: four ticks (src/live/numbering.ts). */
const COUNTED_NS = 400_000_000

/** Without the events that are lost; that one was is known by the number of its CPU's next line, or by the counts, or in the end. */
const losing = (observations: readonly Observation[], isLost: (index: number) => boolean): Observation[] => {
  const missing = new Map<number, { count: number; since: number }>()
  const told = (cpu: number) => {
    const count = missing.get(cpu)?.count ?? 0
    missing.delete(cpu)
    return count > 0 ? [lost('events', count)] : []
  }
  const counted = (now: number) =>
    [...missing].filter(([, { since }]) => now - since > COUNTED_NS).flatMap(([cpu]) => told(cpu))
  return observations.flatMap((observation, index): Observation[] => {
    if (observation.kind === 'stop') return [...[...missing.keys()].flatMap(told), observation]
    if (!isEvent(observation) || !('cpu' in observation)) return [observation]
    const now = observation.at.s * 1e9 + observation.at.ns
    if (!isLost(index)) return [...told(observation.cpu), ...counted(now), observation]
    const { count, since } = missing.get(observation.cpu) ?? { count: 0, since: now }
    missing.set(observation.cpu, { count: count + 1, since })
    return counted(now)
  })
}

describe.each(KERNELS)('Linux %s', (kernel) => {
  const recordings = recordingsOf(kernel)

  test('one event lost, whichever: the same causes, less sure, or unknown', () => {
    for (const { name, observations } of recordings) {
      const isAllowed = allowedIn(name, observations)
      for (const [index, observation] of observations.entries()) {
        if (!isEvent(observation)) continue
        const verdicts = judged(observations.with(index, lost('events', 1)))
        const wrong = verdicts.filter((verdict) => !isAllowed(verdict))
        expect(wrong, `${name} without its line ${index + 1}, ${JSON.stringify(observation)}`).toEqual([])
      }
    }
  })

  test.each([
    ['1 %', 100],
    ['10 %', 10],
  ])('%s of the events lost at random: never another cause', (_, oneOf) => {
    const draws = fc.sample(fc.array(fc.integer({ min: 1, max: oneOf }), { minLength: 1000, maxLength: 1000 }), {
      seed: oneOf,
      numRuns: 20,
    })
    for (const { name, observations } of recordings) {
      const isAllowed = allowedIn(name, observations)
      for (const [draw, drawn] of draws.entries()) {
        const left = losing(observations, (index) => drawn[index % 1000] === 1)
        const wrong = judged(left).filter((verdict) => !isAllowed(verdict))
        expect(wrong, `${name}, draw ${draw}`).toEqual([])
      }
    }
  })

  test.each([
    ['no-listener.ipv6', 'tcp_v6_send_response'],
    ['no-listener', 'ip_send_unicast_reply'],
    ['time-wait.ipv6', 'tcp_v6_send_response'],
  ])('no probe that sees replies leave, %s without %s: the same cause, less sure', (name, fn) => {
    const { observations = [] } = recordings.find((recording) => recording.name === name) ?? {}
    const unseen = observations
      .filter((observation) => observation.kind !== 'reply')
      .map((observation) =>
        observation.kind === 'start'
          ? { ...observation, probes: observation.probes.filter((probe) => probe !== fn) }
          : observation,
      )
    expect(judged(unseen).map(({ cause, confidence }) => ({ cause, confidence }))).toEqual(
      judged(observations).map(({ cause }) => ({ cause, confidence: 'likely' })),
    )
  })

  test('the buffers of the CPUs emptied in another order: the same verdicts', () => {
    for (const { name, observations } of recordings)
      expect({ name, verdicts: judged(emptied(observations)) }).toEqual({ name, verdicts: judged(observations) })
  })
})
