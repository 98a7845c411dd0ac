// SPDX-License-Identifier: MIT
// A RST that comes in: its packet, and the functions that it comes to.
import type { Kind } from '../observation.ts'
import { nanosecondsBetween } from '../time.ts'
import { EARLY, isByNetfilter, isRstArrival, NETFILTER } from './case.ts'
import { isRst } from './segment.ts'

/** Functions that a RST which came in comes to, besides the arrival itself. */
const OBEYING = ['tcp_reset', 'tcp_check_req', 'tcp_timewait_state_process']

/** Whether the event is about a RST that came in. */
export const isIncoming = (reset: Kind<'reset'>): boolean => isRstArrival(reset) || isObeying(reset)

/** Whether the event tells what a RST that came in did to a socket: it says more than the arrival of the same RST. */
export const isObeying = ({ fn }: Kind<'reset'>): boolean => OBEYING.includes(fn)

/**
 * The arrival as a reset: all that there is of a RST that no full socket obeys. `early`: the packet is not known to be for
 * this host.
 */
export const rstArrival = (packet: Kind<'packet'>, early: boolean): Kind<'reset'> => ({
  kind: 'reset',
  at: packet.at,
  cpu: packet.cpu,
  fn: early ? EARLY : packet.fn,
  tuple: packet.tuple,
  segment: packet.segment,
  socket: packet.socket ?? null,
  task: null,
  stack: [],
  reason: null,
  flow: null,
})

/**
 * Whether netfilter dropped a RST before TCP saw it: one for this host, or (`way` absent) one that was not routed yet, as in
 * PREROUTING, so that it may be for another.
 */
export const isFiltered = (event: Kind<'call'>): boolean =>
  event.fn === 'kfree_skb' &&
  isRst(event.segment) &&
  isByNetfilter(event) &&
  (event.way === 'in' || event.way === undefined)

/** Such a drop as a reset: the RST came as far as netfilter. */
export const filteredRst = ({ at, cpu, tuple, segment }: Kind<'call'>): Kind<'reset'> => ({
  kind: 'reset',
  at,
  cpu,
  fn: NETFILTER,
  tuple,
  segment,
  socket: null,
  task: null,
  stack: [],
  reason: null,
  flow: null,
})

/** How long before tcp_reset its RST has come in, at most, in nanoseconds: microseconds, unless the machine stands still. */
const RST_BEFORE_NS = 50_000_000

/**
 * The reset with its segment. On 5.10 tcp_reset does not get it: it is the last RST that came in for the connection, if that
 * has just been.
 */
export const withSegment = (reset: Kind<'reset'>, lastRst: Kind<'packet'> | undefined): Kind<'reset'> =>
  reset.fn === 'tcp_reset' &&
  reset.segment === null &&
  lastRst !== undefined &&
  nanosecondsBetween(reset.at, lastRst.at) < RST_BEFORE_NS
    ? { ...reset, segment: lastRst.segment }
    : reset
