// SPDX-License-Identifier: MIT
// The TCP hash is asked some time after a reset, and what it holds by then may have come meanwhile.
import type { Kind } from '../observation.ts'
import { compareTime, type Time } from '../time.ts'
import type { Case } from './case.ts'

/** Whether what was found was made after the reset: the ports may be in use again, a server may have been started. */
export const cameLater = ({ at, answer: { found } }: Kind<'lookup'>, reset: Time, made: readonly Time[]): boolean =>
  found !== null && found !== 'none' && made.some((one) => compareTime(one, reset) > 0 && compareTime(one, at) <= 0)

/** The state that a RST met, where it met none that was seen. */
export const stateFound = (after: Case['after'], drop: Case['drop']): string | null =>
  drop?.reason === 'NO_SOCKET' ? null : (after?.answer.state ?? null)
