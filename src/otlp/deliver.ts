// SPDX-License-Identifier: MIT
import { setTimeout as wait } from 'node:timers/promises'
import { messageOf } from '../errors.ts'

/** What became of a batch: taken, but for so many; refused for good; or nobody is there to take it now. */
export type Delivered =
  | { kind: 'taken'; rejected: number; why: string }
  | { kind: 'refused'; why: string }
  | { kind: 'away'; why: string; afterMs: number }

/** How much waits, how much is sent at once, and how long. */
export type Limits = {
  waiting: number
  batch: number
  /** Milliseconds before the first new attempt, doubled until the longest. */
  pauseMs: number
  longestPauseMs: number
  /** Milliseconds for what waits at the end; and without an answer, where `givesUp`. */
  patienceMs: number
  /** Whether nobody's being there for so long is the end of it. */
  givesUp: boolean
}

/** Is told, each once: that nobody is there, and that something is lost, and why. */
export type Told = { away: (why: string) => void; lost: (why: string) => void }

export type Delivery<T> = {
  give: (item: T) => void
  /** Resolves when there is room; undefined: there is. */
  room: () => Promise<void> | undefined
  /** Resolves when all was taken, or the time for it is over. */
  end: () => Promise<{ given: number; lost: number }>
}

/**
 * Sends what it is given in batches, one at a time and in order: what comes while one is under way is the next. What nobody
 * takes is kept and tried again, what does not fit is lost. `kill` ends all waiting.
 */
export const createDelivery = <T>(
  send: (batch: readonly T[], stop: AbortSignal) => Promise<Delivered>,
  told: Told,
  limits: Limits,
  kill: AbortSignal,
): Delivery<T> => {
  const over = new AbortController()
  const late = AbortSignal.any([kill, over.signal])
  const ending = new AbortController()
  const pauses = createPauses(limits, late, ending.signal)
  const losses = createLosses(told)
  const waiting: T[] = []
  let [given, working]: [number, Promise<void> | undefined] = [0, undefined]
  let roomy: (() => void) | undefined

  const isFull = () => waiting.length >= limits.waiting / 2 && !late.aborted
  const work = async () => {
    while (waiting.length > 0 && !late.aborted) {
      const batch = waiting.slice(0, limits.batch)
      const answer = await send(batch, late).catch(thrown)
      if (answer.kind === 'away') {
        if (!late.aborted) losses.away(answer.why)
        if (!(await pauses.next(answer.afterMs))) over.abort()
        continue
      }
      pauses.over()
      waiting.splice(0, batch.length)
      losses.lose(answer.kind === 'refused' ? batch.length : answer.rejected, answer.why)
      if (!isFull()) roomy?.()
    }
    losses.lose(waiting.splice(0).length, TOO_LATE)
    roomy?.()
  }
  // What was given while the last of the work ended is work again.
  const begin = () => {
    working ??= work().finally(() => {
      working = undefined
      if (waiting.length > 0) void begin()
    })
    return working
  }

  return {
    give: (item) => {
      given += 1
      if (late.aborted) return losses.lose(1, TOO_LATE)
      if (waiting.length >= limits.waiting) return losses.lose(1, `more than ${limits.waiting} would wait`)
      waiting.push(item)
      void begin()
    },
    room: () => (isFull() ? new Promise((resolve) => (roomy = resolve)) : undefined),
    end: async () => {
      ending.abort()
      const timer = setTimeout(() => over.abort(), limits.patienceMs)
      await begin()
      clearTimeout(timer)
      return { given, lost: losses.count() }
    },
  }
}

const TOO_LATE = 'no time was left for all'

// A fault of ours is told as the collector's refusal is: neither may end the trace.
const thrown = (error: unknown): Delivered => ({ kind: 'refused', why: messageOf(error) })

/** Waits between attempts, longer each time. False: it was for too long. */
const createPauses = (
  { pauseMs, longestPauseMs, patienceMs, givesUp }: Limits,
  late: AbortSignal,
  ending: AbortSignal,
) => {
  let ms = pauseMs
  let since: number | undefined
  return {
    over: () => {
      ms = pauseMs
      since = undefined
    },
    next: async (afterMs: number): Promise<boolean> => {
      since ??= performance.now()
      if (givesUp && performance.now() - since >= patienceMs) return false
      // The end does not wait for a long pause: there is one attempt at once, and others after the shortest.
      const [length, signal] = ending.aborted
        ? [pauseMs, late]
        : [Math.max(ms, afterMs), AbortSignal.any([late, ending])]
      ms = Math.min(ms * 2, longestPauseMs)
      await wait(length, undefined, { signal }).catch(() => undefined)
      return true
    },
  }
}

/** Counts what is lost, and tells each kind of thing once. */
const createLosses = (told: Told) => {
  let [lost, isAway] = [0, false]
  return {
    away: (why: string) => {
      if (!isAway) told.away(why)
      isAway = true
    },
    lose: (count: number, why: string) => {
      if (count > 0 && lost === 0) told.lost(why)
      lost += count
    },
    count: () => lost,
  }
}
