// SPDX-License-Identifier: MIT
// A RST that comes in: its packet, and the functions that it comes to.
import type { Kind, Segment } from '../observation.ts'
import { nanosecondsBetween } from '../time.ts'
import { isArrival } from './case.ts'
import { tupleKey, type Tuple } from './tuple.ts'

/** Functions that a RST which came in comes to. */
export const cameIn = (reset: Kind<'reset'>) =>
  isArrival(reset) || ['tcp_reset', 'tcp_check_req', 'tcp_timewait_state_process'].includes(reset.fn)

/** The arrival as a reset, seen by `fn`: all that there is of a RST that no full socket obeys. */
export const arrivalOf = ({ at, cpu, tuple, segment, socket }: Kind<'packet'>, fn: string): Kind<'reset'> => ({
  kind: 'reset',
  at,
  cpu,
  fn,
  tuple,
  segment,
  socket: socket ?? null,
  task: null,
  stack: [],
  reason: null,
  flow: null,
})

/**
 * Whether it is about that segment. An address in memory is soon another segment's, so the number counts too. Without the
 * segment (`null`) the tuple has to do.
 */
export const sameSegment = (
  { segment: known, tuple: of }: Kind<'reset'>,
  tuple: Tuple | null,
  segment: Segment | null,
) =>
  known !== null &&
  (segment === null
    ? tuple !== null && tupleKey(of) === tupleKey(tuple)
    : known.skb === segment.skb && known.seq === segment.seq)

/**
 * The reset with its segment. On 5.10 tcp_reset does not get it: it is the RST that has just come in for the connection,
 * `within` nanoseconds, if one has.
 */
export const withSegment = (reset: Kind<'reset'>, rst: Kind<'packet'> | undefined, within: number): Kind<'reset'> =>
  reset.fn === 'tcp_reset' &&
  reset.segment === null &&
  rst !== undefined &&
  nanosecondsBetween(reset.at, rst.at) < within
    ? { ...reset, segment: rst.segment }
    : reset
