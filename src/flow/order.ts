// SPDX-License-Identifier: MIT
import type { Kind, Observation } from '../observation.ts'
import { compareTime, nanosecondsBetween, type Time } from '../time.ts'
import type { Loss } from './losses.ts'

/** A step of the pipeline without a library: what goes in may let things out, and the end lets out the rest. */
export type Machine<In, Out> = { push: (input: In) => Out[]; flush: () => Out[] }

/** An Observation with a time of its own from the kernel: it can be put in order. */
type Timed = Observation & { at: Time }

/** A tick's own time, and when it was read. */
type Reading = { at: Time; read: Time }

/** What waits for its turn: an event, or a loss as of the youngest event that came before it. */
type Held = { at: Time; observation: Observation }

/** Observations held at most, some 20 MB of them; beyond that the oldest go on, in order or not. */
const MOST_HELD = 20_000

/**
 * Puts the events of several CPUs in order of time: each CPU has a buffer of its own, and bpftrace empties one after the
 * other, in rounds. Look-ups, losses and ends pass at once. A loss comes again, with the count 0: behind the events that wait, since
 * what was lost may be younger, and behind the next event, which bounds when it was (losses.ts).
 *
 * A tick says when it was read. If tick B was made after tick A was read, bpftrace has emptied every buffer since: all events
 * older than A have come, and go on in order, however late they were read. Without that, as in recordings of schema 3, an
 * event waits until one is seen that is `window` nanoseconds younger.
 */
export const order = (window: number): Machine<Observation, Observation> => {
  const held: Held[] = []
  /** The first loss since the last event. */
  let unbounded: Kind<'lost'> | null = null
  let newest: Time = { s: 0, ns: 0 }
  const rounds = createRounds()

  const insert = (at: Time, observation: Observation) => {
    const youngest = held.at(-1)
    // Most come in order.
    if (youngest === undefined || compareTime(youngest.at, at) <= 0) held.push({ at, observation })
    else held.splice(placeOf(held, at), 0, { at, observation })
  }

  const overtaking = (loss: Kind<'lost'>): Kind<'lost'> | Loss => {
    if (held.length > 0) insert(newest, { ...loss, count: 0 })
    if (unbounded !== null) return loss
    unbounded = loss
    return { ...loss, span: 'begins' }
  }

  // What was lost is no younger than the next event that is read, or than `newest`.
  const bound = () => {
    if (unbounded === null) return
    const end: Loss = { ...unbounded, count: 0, span: 'ends' }
    unbounded = null
    insert(newest, end)
  }

  const take = (count: number) => held.splice(0, count).map(({ observation }) => observation)

  const waits = (at: Time) => {
    const complete = rounds.complete()
    return complete === null ? nanosecondsBetween(newest, at) < window : compareTime(at, complete) > 0
  }

  const release = (): Observation[] => {
    const young = held.findIndex(({ at }) => waits(at))
    if (young === 0 && held.length <= MOST_HELD) return []
    const ready = young < 0 ? held.length : young
    return take(Math.max(ready, held.length - MOST_HELD))
  }

  return {
    push: (observation) => {
      if (!isEvent(observation)) {
        if (observation.kind === 'lost') return [overtaking(observation)]
        return observation.kind === 'stop' ? [...take(held.length), observation] : [observation]
      }
      insert(observation.at, observation)
      if (observation.kind === 'tick' && observation.read !== undefined)
        rounds.hear({ at: observation.at, read: observation.read })
      if (compareTime(observation.at, newest) > 0) newest = observation.at
      bound()
      return release()
    },
    flush: () => take(held.length),
  }
}

const createRounds = () => {
  /** Ticks that no younger round is known of. */
  let ticks: Reading[] = []
  let complete: Time | null = null

  return {
    /** A tick was read. */
    hear: (tick: Reading) => {
      const passed = ticks.findLast(({ read }) => compareTime(read, tick.at) < 0)
      complete = passed?.at ?? complete ?? { s: 0, ns: 0 }
      ticks = [...ticks.filter(({ at }) => passed === undefined || compareTime(at, passed.at) > 0), tick]
    },
    /** Up to when all is read; null where no tick says when it was. */
    complete: () => complete,
  }
}

// Behind all that are not younger: equal times keep their order.
const placeOf = (held: readonly Held[], at: Time): number => {
  let [low, high] = [0, held.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const other = held[middle]
    if (other !== undefined && compareTime(other.at, at) <= 0) low = middle + 1
    else high = middle
  }
  return low
}

const isEvent = (observation: Observation): observation is Timed => {
  switch (observation.kind) {
    case 'packet':
    case 'reset':
    case 'reply':
    case 'state':
    case 'owner':
    case 'nat':
    case 'forgot':
    case 'tick':
    case 'call':
    case 'return':
      return true
    case 'start':
    case 'lookup':
    case 'lost':
    case 'total':
    case 'counters':
    case 'stop':
      return false
  }
}
