// SPDX-License-Identifier: MIT
import { concat, finalize, from, map, mergeMap, of, type Observable, type OperatorFunction } from 'rxjs'
import type { Ehash, Reply } from '../ehash/ehash.ts'
import { TOO_MANY, whyAsked } from '../flow/asked.ts'
import type { Kind, Observation } from '../observation.ts'
import type { Clock } from '../host/clock.ts'
import { createBudget } from './budget.ts'

/** Questions that may wait for an answer; more are not asked, and said not to be. RxJS holds nothing back by itself. */
const MOST_WAITING = 64

/**
 * Questions in a second of event time, and those of them for near misses: the module takes 3 us for one, and half a
 * millisecond where it looks for near misses among tens of thousands of listeners. In a flood of SYNs to closed ports that
 * would be all that this thread does, and events would be lost that have more to tell.
 */
const MOST_A_SECOND = 5000
const MOST_NEAR_A_SECOND = 100

/**
 * Adds a look-up of the TCP hash behind each event that src/flow/asked.ts says it is asked after. Near misses are asked for
 * where this host replied without a socket: they cost more than the rest. Beyond the budget the look-up says that it was not
 * made, or not for near misses: nothing else is lost.
 */
export const withLookups = (
  ehash: Ehash | undefined,
  clock: Pick<Clock, 'now'>,
): OperatorFunction<Observation, Observation> => {
  if (ehash === undefined) return (observations) => observations
  let waiting = 0
  const questions = createBudget(MOST_A_SECOND)
  const nearMisses = createBudget(MOST_NEAR_A_SECOND)

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
    if (waiting >= MOST_WAITING || !questions(about.at)) return of(lookup(about, why, NOT_ASKED))
    const wantsNear = about.kind === 'reset' && about.socket === null
    const near = wantsNear && nearMisses(about.at)
    const reply = ehash.ask(about.tuple, { near, ifindex: about.segment?.ifindex })
    if (!(reply instanceof Promise)) return of(lookup(about, why, wantsNear && !near ? withoutNear(reply) : reply))
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

const NOT_ASKED: Reply = { answer: { found: null, error: TOO_MANY } }

const withoutNear = ({ answer, ...rest }: Reply): Reply =>
  answer.found === null ? { answer, ...rest } : { answer: { ...answer, near_skipped: true }, ...rest }

type About = Kind<'packet' | 'reset' | 'call'>
type Why = Kind<'lookup'>['why']
