// SPDX-License-Identifier: MIT
import { concat, finalize, from, map, mergeMap, of, type Observable, type OperatorFunction } from 'rxjs'
import type { Ehash, Reply } from '../ehash/ehash.ts'
import { whyAsked } from '../flow/asked.ts'
import type { Kind, Observation } from '../observation.ts'
import type { Clock } from '../host/clock.ts'

/** Questions that may wait for an answer; more are dropped and said to be. RxJS holds nothing back by itself. */
const MOST_WAITING = 64

const TOO_MANY: Observation = { kind: 'lost', what: 'lookups', count: 1 }

/**
 * Adds a look-up of the TCP hash behind each event that src/flow/asked.ts says it is asked after. Near misses are asked for
 * where this host replied without a socket: they cost more than the rest.
 */
export const withLookups = (ehash: Ehash | undefined, clock: Clock): OperatorFunction<Observation, Observation> => {
  if (ehash === undefined) return (observations) => observations
  let waiting = 0

  const lookup = (about: About, why: Why, { answer, at = clock.now() }: Reply): Kind<'lookup'> => ({
    kind: 'lookup',
    at,
    event: about.at,
    why,
    tuple: about.tuple,
    source: ehash.source,
    answer,
  })

  const ask = (about: About, why: Why): Observable<Observation> => {
    if (waiting >= MOST_WAITING)
      return of(TOO_MANY, lookup(about, why, { answer: { found: null, error: 'too many questions waited' } }))
    const near = about.kind === 'reset' && about.socket === null
    const reply = ehash.ask(about.tuple, { near, ifindex: about.segment?.ifindex })
    if (!(reply instanceof Promise)) return of(lookup(about, why, reply))
    waiting += 1
    return from(reply).pipe(
      finalize(() => (waiting -= 1)),
      map((value) => lookup(about, why, value)),
    )
  }

  return mergeMap((observation) => {
    if (observation.kind !== 'packet' && observation.kind !== 'reset' && observation.kind !== 'call')
      return of(observation)
    const why = whyAsked(ehash.source, observation)
    return why === undefined ? of(observation) : concat(of(observation), ask(observation, why))
  })
}

type About = Kind<'packet' | 'reset' | 'call'>
type Why = Kind<'lookup'>['why']
