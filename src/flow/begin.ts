// SPDX-License-Identifier: MIT
// Events that may open a case, and what they become instead: the trap of a reply, the echo of a rejection.
import type { Kind } from '../observation.ts'
import { filteredRst, isFiltered, isObeying, rstArrival, withSegment } from './arrival.ts'
import { whyAsked } from './asked.ts'
import { isRstArrival } from './case.ts'
import { gapsUnseen } from './decided.ts'
import { rememberCreation, type Flow } from './flows.ts'
import { openCase, stateBefore } from './opened.ts'
import { ownerOf } from './owner.ts'
import { pastOf, rememberCase, rememberPacket } from './past.ts'
import type { Pending } from './pending.ts'
import { isRst, isSyn } from './segment.ts'
import type { Trace } from './trace.ts'
import { isTrap, mustBeRst } from './trap.ts'

/** How many RSTs of one flow are remembered. */
const MOST_RSTS = 8

/** A packet that comes in: its flow is known by it, and a RST opens a case where drops are seen. */
export const arrive = (trace: Trace, packet: Kind<'packet'>) => {
  const { sees } = trace
  const flow = trace.flows.of(packet.tuple, packet.at)
  flow.dev = packet.segment.dev ?? flow.dev
  if (isSyn(packet.segment)) flow.created = rememberCreation(flow.created, packet.at)
  rememberPacket(flow.past, packet)
  if (!isRst(packet.segment)) {
    flow.ownDev = packet.segment.dev ?? flow.ownDev
    return
  }
  rememberRst(flow, packet)
  if (sees.drops && trace.pending.obeyedOf(packet) === undefined) begin(trace, packet, rstArrival(packet, sees.early))
}

const rememberRst = (flow: Flow, ...packets: Kind<'packet'>[]) => {
  flow.rsts = [...flow.rsts, ...packets].slice(-MOST_RSTS)
}

/**
 * The kernel drops a RST. One that came in belongs to its open case; where netfilter dropped it, TCP never saw it, and it opens
 * one (decided.ts tells whether it was for this host). One of this host itself belongs to the case of which it is the RST.
 */
export const drop = (trace: Trace, call: Kind<'call'>) => {
  const { flows, pending, sees } = trace
  if (call.way === 'out') {
    pending.kept(call)
    return
  }
  if (pending.dropped(call) || !sees.drops || !isFiltered(call)) return
  const isHere = call.way === undefined && flows.knownSince(call.tuple) !== null
  begin(trace, call, filteredRst(call))
  pending.dropped(isHere ? { ...call, way: 'in' } : call)
}

/** A reset, seen by `event`: it opens a case unless it is a trap, or the RST of a rejection that is open. */
export const begin = (trace: Trace, event: Kind<'packet' | 'reset' | 'call'>, seen: Kind<'reset'>) => {
  const { flows, pending, lookups, losses } = trace
  const observed = seen.tuple.netns === 0 ? withNetns(seen, pending.arrivalOf(seen)) : seen
  // What came before a SYN is of another connection.
  const since = flows.knownSince(observed.tuple) ?? (opensConnection(observed) ? observed.at : null)
  const gaps = [...losses.gapsSince(since), ...gapsUnseen(observed, trace.sees)]
  const flow = flows.of(observed.tuple, observed.at)
  const reset = withSegment(observed, flow.rsts.at(-1))
  if (isTrap(reset)) {
    flow.trap = reset
    return
  }
  if ((isRst(reset.segment) || mustBeRst(reset)) && mergeRejectEcho(trace, reset)) return
  if (isRst(reset.segment) && isObeying(reset)) {
    if (pending.arrivalOf(reset) === undefined) rememberRst(flow, ...asPacket(reset))
    supersede(trace, reset)
  }
  const past = pastOf(flow.past, reset, flow.rsts, flows.listenersClosed)
  const nat = trace.translations.of(reset.tuple, {
    began: flow.created.at(-1),
    isHere: (tuple) => flows.knownSince(tuple) !== null,
  })
  const known = {
    flow,
    owner: flows.owner(reset),
    after: lookups.take(reset),
    nat,
    past,
    boundTo: flows.boundTo(reset.tuple),
    traced: trace.since,
    gaps,
    lossBefore: losses.any(),
  }
  const one = openCase(reset, known)
  rememberCase(flow.past, one)
  const isAwaited = one.after === null && whyAsked(trace.source, event) === 'reset'
  const entry: Pending = { case: one, phase: isAwaited ? 'asking' : 'holding' }
  pending.add(entry)
  if (isAwaited) lookups.expect(reset, entry)
}

// A RST that was obeyed is told by what obeyed it alone, where nothing is attached to where it arrives.
const asPacket = ({ at, cpu, fn, tuple, segment }: Kind<'reset'>): Kind<'packet'>[] =>
  segment === null ? [] : [{ kind: 'packet', at, cpu, fn, tuple, segment, first: false }]

const opensConnection = ({ segment }: Kind<'reset'>) => segment !== null && isSyn(segment)

// The RST of a rejection that came back is not the peer's: what it does to the socket here belongs to the rejection.
const mergeRejectEcho = ({ flows, pending }: Trace, reset: Kind<'reset'>) => {
  const rejected = pending.rejectionOf(reset)?.case
  if (rejected === undefined) return false
  if (isRstArrival(reset)) return true
  rejected.replied = reset.at
  rejected.stateBefore = stateBefore(reset, null)
  rejected.owner ??= ownerOf(null, flows.owner(reset))
  return true
}

// This event and the arrival of the same RST are one reset, and this one tells more. For the socket of TCP Fast Open, which is
// full while its handshake goes on, tcp_check_req calls tcp_reset itself (net/ipv4/tcp_minisocks.c).
const supersede = ({ pending, lookups }: Trace, reset: Kind<'reset'>) => {
  const entries = [pending.arrivalOf(reset), reset.fn === 'tcp_reset' ? pending.requestOf(reset) : undefined]
  for (const entry of entries) {
    if (entry === undefined) continue
    entry.phase = 'superseded'
    lookups.forget(entry.case.reset, entry)
  }
}

// TCP takes the interface away from a segment for a full socket, and tcp_check_req.bt has the network namespace from that.
const withNetns = (reset: Kind<'reset'>, arrived: Pending | undefined): Kind<'reset'> =>
  arrived === undefined ? reset : { ...reset, tuple: { ...reset.tuple, netns: arrived.case.reset.tuple.netns } }
