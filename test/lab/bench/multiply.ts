// SPDX-License-Identifier: MIT
// A long recording out of short ones: each copy is another connection, of other addresses, sockets and a later time.
import type { Observation } from '../../../src/observation.ts'
import { decode } from '../../../src/recording/decode.ts'
import type { Time } from '../../../src/time.ts'

/** A recording of the lab, its lines as they are in the file. */
export type Recording = readonly string[]

/** A copy begins so long after the one before: a thousand connections a second. */
const APART_NS = 1_000_000

/** Silences of a recording are cut to that: a copy lasts a second or two, and a thousand of them are under way at once. */
const SILENCE_NS = 200_000_000

/** The trace ticks as often, as the program does. */
const TICK_NS = 100_000_000

/** An event of a recording, its time counted from the first of them. */
type Line = { at: number; text: string }

/**
 * The lines of a recording of so many resets (connections that end in peace have none), in the order of their times; the same for the same arguments. `recordings` are
 * of one kernel.
 */
export function* multiply(recordings: readonly Recording[], resets: number): Generator<string> {
  const head = recordings[0]?.[0]
  if (head === undefined) throw new Error('nothing to multiply')
  const sources = recordings.map(linesOf)
  let left = resets
  let waiting: { at: number; text: string }[] = []
  yield withoutFilter(head)
  for (let copy = 0; left > 0; copy += 1) {
    const now = copy * APART_NS
    for (const line of sources[chosen(copy, sources.length)] ?? [])
      waiting.push({ at: now + line.at, text: another(line.text, copy, now) })
    if (now % TICK_NS !== 0) continue
    waiting.push({ at: now, text: tickAt(now) })
    waiting = waiting.toSorted((a, b) => a.at - b.at)
    const ready = waiting.findIndex(({ at }) => at > now)
    for (const { text } of waiting.splice(0, ready < 0 ? waiting.length : ready)) {
      if (left === 0) break
      if (text.startsWith('{"kind":"reset"')) left -= 1
      yield text
    }
  }
  yield JSON.stringify({ kind: 'stop', error: null } satisfies Observation)
}

// The addresses are others in each copy.
const withoutFilter = (head: string) => JSON.stringify({ ...decode(head, 1), filter: {} })

// A multiplicative hash (Knuth): the recordings in no order, and the same in each run.
const chosen = (copy: number, count: number) => (Math.imul(copy + 1, 2_654_435_761) >>> 8) % count

const linesOf = (recording: Recording): Line[] => {
  const read = recording.flatMap((text, index) => {
    const observation = decode(text, index + 1)
    return 'cpu' in observation || observation.kind === 'lookup' ? [{ observation, text }] : []
  })
  const times = read.map(({ observation }) => count(observation.at)).toSorted((a, b) => a - b)
  const cut = withoutSilences(times)
  return read.map(({ observation, text }) => ({
    at: cut(count(observation.at)),
    text: text.replaceAll(
      TIME,
      (_, name: string, s: string, ns: string) =>
        `"${name}":${JSON.stringify(timeOf(cut(count({ s: Number(s), ns: Number(ns) }))))}`,
    ),
  }))
}

const count = ({ s, ns }: Time) => s * 1e9 + ns
const timeOf = (ns: number): Time => ({ s: Math.floor(ns / 1e9), ns: ns % 1e9 })

const TIME = /"(at|event|last)":\{"s":(\d+),"ns":(\d+)\}/g

// Moves each time up by the silences before it, and the first one to a second: a recording remembers what was before it.
const withoutSilences = (times: readonly number[]) => {
  let silence = (times[0] ?? 0) - 1e9
  const moved = times.map((time, index) => {
    silence += Math.max(0, time - (times[index - 1] ?? time) - SILENCE_NS)
    return { time, silence }
  })
  return (time: number) =>
    Math.max(0, time - (moved.findLast((one) => one.time <= time) ?? moved[0] ?? { silence: 0 }).silence)
}

/** More than a recording of the lab has of sockets, or of segments. */
const MOST_POINTERS = 10_000

const OWN =
  /"(at|event|last)":\{"s":(\d+),"ns":(\d+)\}|"(192\.0\.2|198\.51\.100)\.(\d+)"|"2001:db8:(\d)::(\w+)"|"(sk|skb)(\d+)"/g

/** The line as of another connection, `later` nanoseconds later. */
const another = (line: string, copy: number, later: number) =>
  line.replaceAll(OWN, (_, name, s, ns, network, host, network6, host6, pointer, number) => {
    if (name !== undefined)
      return `"${name}":${JSON.stringify(timeOf(count({ s: Number(s), ns: Number(ns) }) + later))}`
    if (network !== undefined)
      return `"${(network === '192.0.2' ? 10 : 110) + (copy >> 16)}.${(copy >> 8) & 255}.${copy & 255}.${host}"`
    if (network6 !== undefined)
      return `"2001:db8:${network6}:${(copy >> 16).toString(16)}:${(copy & 0xffff).toString(16)}::${host6}"`
    return `"${pointer}${Number(number) + copy * MOST_POINTERS}"`
  })

// Read 30 ms after it was made, as over a pipe.
const tickAt = (now: number) =>
  JSON.stringify({ kind: 'tick', at: timeOf(now), read: timeOf(now + 30_000_000) } satisfies Observation)
