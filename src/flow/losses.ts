// SPDX-License-Identifier: MIT
// When events or look-ups were lost, as far as that is known: a `lost` observation has no time of its own.
import type { Kind } from '../observation.ts'
import { compareTime, nanosecondsBetween, type Time } from '../time.ts'

/**
 * A loss as order.ts gives it. The lost event is younger than all events that have gone on when the loss `begins` a span, and
 * no younger than those that have gone on when one `ends` it. Without `span` the moment has to do.
 */
export type Loss = Kind<'lost'> & { span?: 'begins' | 'ends' }

const LOSS_BEFORE =
  'events or look-ups were lost since the connection was first seen: one of them may have been its own'

/** The gap in the evidence about a reset that is open when something is lost. */
export const LOSS_AROUND = 'events or look-ups were lost around then: one of them may have been its own'

/** How near to an event a loss may have taken what belongs to it, in nanoseconds of event time. */
const NEAR_NS = 1_000_000_000

/** Spans that are remembered. They are NEAR_NS apart, and a case is open for about as long. */
const MOST_SPANS = 64

type Span = { from: Time; to: Time }

/** The memory of a trace's losses. */
export type Losses = ReturnType<typeof createLosses>

/** A memory of no losses. */
export const createLosses = () => {
  let spans: Span[] = []
  /** Spans that have begun and not ended: as long as there are, the last one of the memory goes on. */
  let begun = 0
  let lastKnown: Time | null = null

  const extend = (now: Time) => {
    const last = spans.at(-1)
    if (last !== undefined && (begun > 0 || nanosecondsBetween(now, last.to) < NEAR_NS)) last.to = latest(last.to, now)
    else spans = [...spans.slice(1 - MOST_SPANS), { from: now, to: now }]
  }

  const isWithin = ({ from, to }: Span, at: Time, goesOn: boolean) =>
    nanosecondsBetween(from, at) <= NEAR_NS && (goesOn || nanosecondsBetween(at, to) <= NEAR_NS)

  return {
    /** A loss that became known when event time was `now`. */
    add: (now: Time, { span }: Loss) => {
      extend(now)
      if (span === 'begins') begun += 1
      if (span === 'ends') begun = Math.max(0, begun - 1)
      else lastKnown = now
    },
    /** The gap in the evidence about a connection known since then: one, or none where nothing was lost since. */
    gapsSince: (since: Time | null): string[] =>
      lastKnown !== null && (since === null || compareTime(since, lastKnown) <= 0) ? [LOSS_BEFORE] : [],
    /** Whether anything was lost in this trace so far: what was not seen may have been. */
    any: (): boolean => lastKnown !== null,
    /** Whether one was around that moment: what belongs to an event of it may be lost. */
    isNear: (at: Time): boolean =>
      spans.some((span, index) => isWithin(span, at, begun > 0 && index === spans.length - 1)),
  }
}

const latest = (one: Time, other: Time) => (compareTime(one, other) < 0 ? other : one)
