// SPDX-License-Identifier: MIT
// Whether the TCP hash is asked after an event. The live side asks by this, and correlate waits by it: decided twice, a case
// could wait for an answer that nobody was asked for.
import type { Kind } from '../observation.ts'
import { nanosecondsBetween, type Time } from '../time.ts'
import { isFiltered } from './arrival.ts'
import { isRst } from './segment.ts'

/** Who looks into the TCP hash during a trace, as its first line says. */
export type Source = Kind<'start'>['ehash']

/**
 * Why the TCP hash is asked after this event: `reset` for what may become a case, `first` for the first segment of a flow;
 * undefined when it is not asked. ss takes 10 ms a question, so it is asked after resets only.
 */
export const whyAsked = (
  source: Source,
  event: Kind<'packet' | 'reset' | 'call'>,
): Kind<'lookup'>['why'] | undefined => {
  if (source === 'off') return undefined
  if (event.kind === 'reset') return 'reset'
  if (event.kind === 'call') return isFiltered(event) ? 'reset' : undefined
  if (source === 'ss') return undefined
  if (isRst(event.segment)) return 'reset'
  return event.first ? 'first' : undefined
}

/** The error of a look-up that was not made because there were more questions than the thread has time for. */
export const TOO_MANY = 'not asked: too many at once'

/**
 * How long a case waits for its look-up, in nanoseconds of event time. The module answers in microseconds and ss in tens of
 * milliseconds; longer than this no verdict is held.
 */
export const LOOKUP_NS = 1_000_000_000

/**
 * In the place of a look-up that did not come within LOOKUP_NS: one that found nothing out, and says why. Null where the
 * reset is not that old yet, at the end of the trace, or where nobody was asked.
 */
export const unanswered = (source: Source, { at, tuple }: Kind<'reset'>, now: Time): Kind<'lookup'> | null => {
  if (source === 'off' || nanosecondsBetween(now, at) < LOOKUP_NS) return null
  const answer = { found: null, error: 'no answer within 1 s' }
  return {
    kind: 'lookup',
    at: { s: at.s + LOOKUP_NS / 1e9, ns: at.ns },
    event: at,
    why: 'reset',
    tuple,
    source,
    answer,
  }
}
