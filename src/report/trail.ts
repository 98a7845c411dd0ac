// SPDX-License-Identifier: MIT
import { createMemory } from '../flow/memory.ts'
import { tupleKey } from '../flow/tuple.ts'
import type { Kind, Observation } from '../observation.ts'
import { compareTime } from '../time.ts'
import type { Verdict } from '../verdict/verdict.ts'

/** What can stand in the sequence of a connection. */
export type Event = Kind<'packet' | 'state' | 'owner' | 'reset' | 'lookup' | 'call'>

const KINDS: ReadonlySet<Observation['kind']> = new Set<Event['kind']>([
  'packet',
  'state',
  'owner',
  'reset',
  'lookup',
  'call',
])
const isEvent = (observation: Observation): observation is Event => KINDS.has(observation.kind)

/** Events of one connection that are kept; those before them are forgotten. */
const MOST_KEPT = 128

/** What was seen of each connection lately, so that a verdict can be told with what led to it. */
export const createTrail = () => {
  const memory = createMemory<Event[]>()
  return {
    see: (observation: Observation) => {
      if (!isEvent(observation)) return
      const events = memory.use(tupleKey(observation.tuple), () => [])
      events.push(observation)
      if (events.length > MOST_KEPT) events.shift()
    },
    /** The events of a verdict's connection up to its reset, and the look-up that its reset asked for, in order of time. */
    of: ({ tuple, at, after, late }: Verdict): Event[] => {
      const before = (memory.get(tupleKey(tuple)) ?? []).filter(
        (event) => event.kind !== 'lookup' || event.why === 'first',
      )
      const answer = after ?? late
      return [
        ...before.filter((event) => compareTime(event.at, at) <= 0),
        ...(answer === null ? [] : [answer]),
      ].toSorted((a, b) => compareTime(a.at, b.at))
    },
  }
}
