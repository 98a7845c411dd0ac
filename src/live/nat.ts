// SPDX-License-Identifier: MIT
// How NAT of a connection is found when a reset of it is seen, where no probe tells of NAT.
import { mergeMap, of, type MonoTypeOperatorFunction } from 'rxjs'
import { isRst } from '../flow/segment.ts'
import { endsOf, keyOf } from '../flow/translations.ts'
import type { Tuple } from '../flow/tuple.ts'
import { natOf, type Entry } from '../host/conntrack.ts'
import type { Kind, Observation } from '../observation.ts'
import type { Time } from '../time.ts'

/** What translates a connection, as of the moment of its reset; more than one where another translation is behind it. */
export type AskNat = (tuple: Tuple, at: Time) => readonly Kind<'nat'>[]

/** Adds the NAT of its connection before each event that is, or may become, a reset. */
export const withNat = (ask: AskNat | undefined): MonoTypeOperatorFunction<Observation> => {
  if (ask === undefined) return (observations) => observations
  return mergeMap((observation) =>
    observation.kind === 'reset' || (observation.kind === 'packet' && isRst(observation.segment))
      ? of(...ask(observation.tuple, observation.at), observation)
      : of(observation),
  )
}

/** Between two readings lie this many milliseconds at least, and this many times as long as the last one took. */
const LEAST_PAUSE_MS = 50
const REST = 20

/** Asks the conntrack tables, which `read` gives: an entry outlives its reset by seconds. `now` is in milliseconds. */
export const askTables = (read: () => readonly Entry[], now: () => number): AskNat => {
  let byEnd: ReadonlyMap<string, readonly Known[]> = new Map()
  let next = -Infinity

  const entriesOf = (tuple: Tuple, hops = MOST_HOPS): Entry[] =>
    hops === 0
      ? []
      : (byEnd.get(keyOf(tuple)) ?? []).flatMap(({ entry, other }) => [entry, ...entriesOf(other, hops - 1)])

  return (tuple, at) => {
    const began = now()
    if (began >= next) {
      byEnd = indexOf(read())
      next = now() + Math.max(LEAST_PAUSE_MS, REST * (now() - began))
    }
    return [...new Set(entriesOf(tuple))].map((entry) => natOf(entry, at))
  }
}

/** Translations one behind the other that are followed. */
const MOST_HOPS = 4

/** An entry, by one of its ends, with the other tuple of that. */
type Known = { entry: Entry; other: Tuple }

const indexOf = (entries: readonly Entry[]): Map<string, Known[]> => {
  const byEnd = new Map<string, Known[]>()
  for (const entry of entries)
    for (const { tuple, other } of endsOf(natOf(entry, { s: 0, ns: 0 }))) {
      const alike = byEnd.get(keyOf(tuple))
      if (alike === undefined) byEnd.set(keyOf(tuple), [{ entry, other }])
      else alike.push({ entry, other })
    }
  return byEnd
}
