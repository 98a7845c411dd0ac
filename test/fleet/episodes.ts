// SPDX-License-Identifier: MIT
// Recordings of real resets as templates: the same reset on another host, at another time, of another connection.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { firstValueFrom, from, toArray } from 'rxjs'
import { judge, type VerdictRecord } from '../../src/index.ts'
import type { Kind, Observation } from '../../src/observation.ts'
import { decode } from '../../src/recording/decode.ts'
import { ANY } from '../../src/filter/filter.ts'
import { ANY_VERDICT } from '../../src/filter/verdict.ts'
import { run } from '../../src/run.ts'
import type { Verdict } from '../../src/verdict/verdict.ts'

/** Where an episode takes place: the host that is traced, its address and its peer's, and the moment of the reset, in s since 1970. */
export type Setting = { host: string; local: string; peer: string; port: number; seconds: number }

export type Episode = {
  cause: VerdictRecord['cause']
  /** Its port here, or the server's there, stays; the client's is the setting's. */
  text: (setting: Setting) => string
}

/** The recording of a reset, and of the same reset at the other end where there is one. */
export type Scene = { sent: Episode; received?: Episode }

const HOLES = { host: '@host@', local: '@local@', peer: '@peer@', port: '@port@', boot: '@boot@' }

/** The end that keeps its port is the one that listens. */
const LISTENS = 10_000

/** Makes a scene of fixtures of Linux 6.12: what the end that sent the RST saw, and what the one that received it did. */
export const sceneOf = async (sent: string, received?: string): Promise<Scene> => {
  const one = await read(sent)
  const port = serverPort(one.verdict)
  if (received === undefined) return { sent: template(one, port) }
  const other = await read(received)
  // The sender's RST is what the receiver got: in its recording all that the peer numbers is moved to that.
  const shift = (one.verdict.rst?.seq ?? 0) - (other.verdict.rst?.seq ?? 0)
  return {
    sent: template(one, port),
    received: template({ ...other, observations: shifted(other.observations, shift) }, port),
  }
}

type Recorded = { observations: Observation[]; verdict: Verdict; record: VerdictRecord }

const read = async (name: string): Promise<Recorded> => {
  const file = fileURLToPath(new URL(`../../fixtures/6.12/${name}/recording.jsonl`, import.meta.url))
  const observations = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line, index) => decode(line, index + 1))
  const [record, ...others] = await firstValueFrom(judge(observations).pipe(toArray()))
  if (record === undefined || others.length > 0) throw new Error(`${name}: not one reset`)
  return { observations, verdict: await verdictOf(observations), record }
}

const nothing = () => undefined

const verdictOf = async (observations: readonly Observation[]): Promise<Verdict> => {
  const lines = run(from(observations), {
    record: (same) => same,
    filter: { ...ANY, ...ANY_VERDICT },
    steps: [],
    count: Infinity,
    enough: nothing,
    see: nothing,
  })
  const found = (await firstValueFrom(lines.pipe(toArray()))).flatMap((line) =>
    line.kind === 'verdict' ? line.verdict : [],
  )
  if (found[0] === undefined) throw new Error('no verdict')
  return found[0]
}

const serverPort = ({ tuple: { sport, dport } }: Verdict) => (dport < LISTENS ? dport : sport)

/** What is numbered by the peer, in segments and in sockets. */
const OF_THE_PEER = new Set(['seq', 'rcv_nxt', 'copied_seq'])

const shifted = (observations: readonly Observation[], by: number): Observation[] =>
  observations.map((observation, index) => {
    const text = JSON.stringify(observation, (key, value: unknown) =>
      OF_THE_PEER.has(key) && typeof value === 'number' ? (value + by) >>> 0 : value,
    )
    return decode(text, index + 1)
  })

// The lines with holes, cut at them: what is filled in is joined, and nothing parsed.
const template = ({ observations, verdict, record }: Recorded, listening: number): Episode => {
  const { saddr, sport, daddr, dport } = verdict.tuple
  const here = dport < LISTENS
  const client = here ? sport : dport
  const server = here ? dport : sport
  const text = observations
    .map((observation) => JSON.stringify(observation.kind === 'start' ? headOf(observation) : observation))
    .join('\n')
    .replaceAll(`"${daddr}"`, `"${HOLES.local}"`)
    .replaceAll(`"${saddr}"`, `"${HOLES.peer}"`)
    .replaceAll(new RegExp(`"(sport|dport)":${client}\\b`, 'g'), `"$1":${HOLES.port}`)
    .replaceAll(new RegExp(`"(sport|dport)":${server}\\b`, 'g'), `"$1":${listening}`)
    .replace(`"${HOLES.boot}"`, HOLES.boot)
  const parts = text.split(/(@host@|@local@|@peer@|@port@|@boot@)/)
  return {
    cause: record.cause,
    text: ({ host, local, peer, port, seconds }) => {
      const filled: Record<string, string> = {
        [HOLES.host]: host,
        [HOLES.local]: local,
        [HOLES.peer]: peer,
        [HOLES.port]: String(port),
        [HOLES.boot]: `{"s":${Math.floor(seconds) - verdict.at.s},"ns":0}`,
      }
      return `${parts.map((part) => filled[part] ?? part).join('')}\n`
    },
  }
}

const headOf = (start: Kind<'start'>) => ({ ...start, host: HOLES.host, boot: HOLES.boot })
