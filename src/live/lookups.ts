// SPDX-License-Identifier: MIT
import { concat, finalize, from, map, mergeMap, of, type Observable, type OperatorFunction } from 'rxjs'
import type { Ehash, Reply } from '../ehash/ehash.ts'
import { FLAG } from '../flow/states.ts'
import type { Kind, Observation } from '../observation.ts'
import type { Clock } from '../host/clock.ts'

/** Questions that may wait for an answer; more are dropped and said to be. RxJS holds nothing back by itself. */
const MOST_WAITING = 64

const TOO_MANY: Observation = { kind: 'lost', what: 'lookups', count: 1 }

/**
 * After each reset, and where that is cheap enough after each RST that comes in and the first segment of a flow, puts what
 * the TCP hash holds for the same 5-tuple at that moment. Near misses are asked for where this host answered without a
 * socket: they cost more than the rest.
 */
export const withLookups = (ehash: Ehash | undefined, clock: Clock): OperatorFunction<Observation, Observation> => {
  if (ehash === undefined) return (observations) => observations
  let waiting = 0

  const answered = (about: Kind<'packet' | 'reset'>, { answer, at = clock.now() }: Reply): Kind<'lookup'> => ({
    kind: 'lookup',
    at,
    event: about.at,
    why: about.kind === 'packet' && !isRst(about) ? 'first' : 'reset',
    tuple: about.tuple,
    source: ehash.source,
    answer,
  })

  const ask = (about: Kind<'packet' | 'reset'>): Observable<Observation> => {
    if (waiting >= MOST_WAITING)
      return of(TOO_MANY, answered(about, { answer: { found: null, error: 'too many questions waited' } }))
    const reply = ehash.ask(about.tuple, about.kind === 'reset' && about.socket === null)
    if (!(reply instanceof Promise)) return of(answered(about, reply))
    waiting += 1
    return from(reply).pipe(
      finalize(() => (waiting -= 1)),
      map((value) => answered(about, value)),
    )
  }

  return mergeMap((observation) => {
    const asks =
      observation.kind === 'reset' ||
      (observation.kind === 'packet' && ehash.first && (observation.first || isRst(observation)))
    return asks ? concat(of(observation), ask(observation)) : of(observation)
  })
}

const isRst = ({ segment }: Kind<'packet'>) => (segment.flags & FLAG.rst) !== 0
