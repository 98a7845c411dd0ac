// SPDX-License-Identifier: MIT
// Joins look-ups with the cases that they were made for. A look-up passes the events that are being put in order, so it often
// comes before its case is opened.
import type { Kind } from '../observation.ts'
import type { Time } from '../time.ts'
import { tupleKey, type Tuple } from './tuple.ts'

/** Look-ups kept for cases that are not open yet; beyond that the oldest is forgotten. */
const MOST_EARLY = 10_000

/** The join: `Waiter` is what waits for a look-up. */
export type Lookups<Waiter> = ReturnType<typeof createLookups<Waiter>>

/** A join in which nothing waits. */
export const createLookups = <Waiter>() => {
  const early = new Map<string, Kind<'lookup'>>()
  const awaited = new Map<string, Waiter>()

  return {
    /** Takes the look-up of this reset if it came before; null if not. */
    take: (reset: Kind<'reset'>): Kind<'lookup'> | null => {
      const key = keyOf(reset.tuple, reset.at)
      const lookup = early.get(key) ?? null
      early.delete(key)
      return lookup
    },
    /** This one waits for the look-up of its reset. */
    expect: (reset: Kind<'reset'>, waiter: Waiter) => awaited.set(keyOf(reset.tuple, reset.at), waiter),
    /** Whoever waits for this look-up, and no longer does; undefined when it is kept for a case that is still to open. */
    come: (lookup: Kind<'lookup'>): Waiter | undefined => {
      const key = keyOf(lookup.tuple, lookup.event)
      const waiter = awaited.get(key)
      awaited.delete(key)
      if (waiter === undefined) {
        early.set(key, lookup)
        if (early.size > MOST_EARLY) early.delete(early.keys().next().value ?? '')
      }
      return waiter
    },
    /** This one waits no longer. */
    forget: (reset: Kind<'reset'>, waiter: Waiter) => {
      const key = keyOf(reset.tuple, reset.at)
      if (awaited.get(key) === waiter) awaited.delete(key)
    },
  }
}

// What a look-up was made for: the connection, and the moment of the event.
const keyOf = (tuple: Tuple, { s, ns }: Time) => `${tupleKey(tuple)} ${s}.${ns}`
