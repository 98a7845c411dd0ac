// SPDX-License-Identifier: MIT
// An account as a person reads it: a head as in the table of verdicts, and below it a line for each end.
import { localTime, type Zone } from '../format/clock.ts'
import { grid } from '../format/grid.ts'
import { headLine, INDENT } from '../format/head.ts'
import { judged } from '../format/sentence.ts'
import { printable, wrap } from '../format/text.ts'
import { endpoint } from '../flow/tuple.ts'
import { timeOf } from '../time.ts'
import type { Fate } from './account.ts'
import { wireOf, type Half } from './half.ts'
import type { Host } from './host.ts'
import { endOf, type Told } from './join.ts'
import type { Row } from './score.ts'

/** How wide a page is, and what its clocks show. */
export type Page = { readonly width: number; zone: Zone }

/** What stands between the ends: it came, it did not, it came from elsewhere. */
const SIGNS = {
  arrived: '>',
  sent: '>',
  received: '>',
  lost: 'x',
  dropped: 'x',
  unsent: '!',
} as const satisfies Record<Fate, string>

/** Writes accounts, the day above the first of it. */
export const createText = (page: Page) => {
  let day = ''
  return {
    headings: (): string => headLine('TIME', 'FROM', ' ', 'TO', 'CAUSE', page.width),
    told: (told: Told, hosts: readonly Host[]): string => {
      const clock = localTime(timeOf(told.at), { s: 0, ns: 0 }, page.zone)
      const head = day === clock.day ? '' : `${clock.day}\n`
      day = clock.day
      return head + headOf(told, clock.time.slice(0, 8), page.width) + below(told, hosts, page.width)
    },
  }
}

const headOf = (told: Told, time: string, width: number) => {
  const half = endOf(told)
  const { from, fromPort, to, toPort } = wireOf(half, half.tuple)
  return headLine(time, endpoint(from, fromPort), SIGNS[told.fate], endpoint(to, toPort), told.cause, width)
}

const below = (told: Told, hosts: readonly Host[], width: number) =>
  sentences(told, hosts)
    .flatMap((text) => wrap(printable(text), width - INDENT))
    .map((line) => `${' '.repeat(INDENT)}${line}\n`)
    .join('')

/** What the ends say, a sentence each, the sender first. */
export const sentences = (told: Told, hosts: readonly Host[]): string[] => {
  const name = (host: number | null) => (host === null ? '' : (hosts[host]?.name ?? ''))
  return [sentText(told, name), cameText(told, name)].filter((text) => text !== '')
}

type NameOf = (host: number | null) => string

const sentText = ({ sent, came, fate, silent, confidence }: Told, name: NameOf): string => {
  if (sent !== null) return `${name(sent.host)}: ${judged(sent)}`
  const from = came === null ? '' : endpoint(came.tuple.saddr, came.tuple.sport)
  if (fate !== 'unsent') return `no recording here tells what ${from} sent`
  if (confidence === 'certain') return `${name(silent)}: has this connection, and did not send it; certain`
  return `${name(silent)}: has that address, and sent no such RST; ${confidence}: NAT, or another host that has the address too, may hide its sender`
}

const cameText = ({ sent, came, fate, silent, inference, by }: Told, name: NameOf): string => {
  if (came === null) {
    if (fate === 'dropped') return `it did not leave ${name(sent?.host ?? null)}`
    if (fate === 'lost') return `${name(silent)}: it never came; lost on the way, or dropped by what is between`
    const to = sent === null ? '' : endpoint(sent.tuple.saddr, sent.tuple.sport)
    return `no recording here tells what came to ${to}`
  }
  const host = name(came.host)
  const told =
    inference === 'none' || came.outcome === 'ignored' ? `${came.cause}, and nothing ended` : inferred(came, inference)
  return `${host}: ${told}${by === null ? '' : matchedText(came, by)}`
}

const inferred = ({ cause, confidence }: Half, inference: Told['inference']) => {
  const sure = confidence === 'unknown' ? '' : `, ${confidence}`
  return inference === null ? `infers ${cause}${sure}` : `had inferred ${cause}${sure}: ${inference}`
}

const matchedText = ({ tuple }: Half, by: NonNullable<Told['by']>) => {
  if (by === 'tuple') return ''
  const there = `${endpoint(tuple.saddr, tuple.sport)} > ${endpoint(tuple.daddr, tuple.dport)}`
  return `; there it is ${there}${by === 'nat' ? ', by NAT' : ', matched by its numbers'}`
}

/** The score as a table: what was so, what was inferred, how that is, how often. */
export const scoreTable = (rows: readonly Row[]): string[] =>
  grid(
    [{ name: 'COUNT', number: true }, { name: 'INFERENCE' }, { name: 'INFERRED' }, { name: 'TRUTH' }],
    rows.map(({ truth, inferred: made, inference, count }) => [String(count), inference, made, truth]),
  )
