// SPDX-License-Identifier: MIT
// The TCP hash is asked some time after a reset, and what it holds by then may have been created since.
import type { Kind } from '../observation.ts'
import { compareTime, type Time } from '../time.ts'
import type { Case } from './case.ts'

/**
 * Whether the look-up found a socket that was created after the reset: the ports may be in use again, a server may have been
 * started. `created` are the moments at which sockets were created that the look-up may have found.
 */
export const createdAfter = (
  { at, answer: { found } }: Kind<'lookup'>,
  reset: Time,
  created: readonly Time[],
): boolean =>
  found !== null && found !== 'none' && created.some((one) => compareTime(one, reset) > 0 && compareTime(one, at) <= 0)

/** The state that a RST met, by the look-up, where no socket was seen with it. */
export const stateFound = (after: Case['after'], drop: Case['drop']): string | null =>
  drop?.reason === 'NO_SOCKET' ? null : (after?.answer.state ?? null)
