// SPDX-License-Identifier: MIT
// The RST that ended an established connection, and what its shape says of its sender: tcp_reset, for a segment that
// has the flag.
import type { Case } from '../flow/case.ts'
import { FLAG, sequenceDistance } from '../flow/states.ts'
import type { FlowFacts, Segment, Socket } from '../observation.ts'
import { nanosecondsBetween, spanText, type Time } from '../time.ts'
import type { Evidence } from './rule.ts'
import { hasForeignTtl, ttlText } from './ttl.ts'

/** States of a connection that was established. */
const CONNECTED = ['ESTABLISHED', 'FIN_WAIT1', 'FIN_WAIT2', 'CLOSE_WAIT', 'LAST_ACK', 'CLOSING']

/** The RST that ended an established connection, and its socket; undefined when the case is another one. */
export const obeyedRst = ({ reset }: Case): { segment: Segment; socket: Socket } | undefined =>
  reset.fn === 'tcp_reset' && reset.segment !== null && reset.socket !== null && CONNECTED.includes(reset.socket.state)
    ? { segment: reset.segment, socket: reset.socket }
    : undefined

/** What `explain` makes of the RST that ended a connection; undefined when its shape may be that of another sender. */
export const explainObeyed = (
  reset: Case,
  explain: (segment: Segment, socket: Socket) => Evidence | undefined,
): Evidence | undefined => {
  const found = obeyedRst(reset)
  if (found === undefined || (hasForeignTtl(reset) && !isBoxReply(found.segment, found.socket))) return undefined
  return explain(found.segment, found.socket)
}

/** Whether the RST has no ACK. */
export const isBare = ({ flags }: Segment): boolean => (flags & FLAG.ack) === 0

/** Bytes that this host sent and the peer has not acknowledged, without a FIN of this host. */
export const bytesInFlight = ({ snd_una, snd_nxt, state }: Socket): number => {
  if (snd_una === undefined || snd_nxt === undefined) return 0
  const distance = sequenceDistance(snd_nxt, snd_una)
  return distance > 0 && (state === 'LAST_ACK' || state === 'CLOSING') ? distance - 1 : distance
}

/** Whether this host had sent something that a RST may answer: bytes, a FIN, or a keepalive probe. */
export const awaitsReply = ({ snd_una, snd_nxt, probes_out = 0 }: Socket): boolean =>
  snd_una !== snd_nxt || probes_out > 0

/** States in which the peer's FIN has come. */
const CLOSED_BY_PEER = ['CLOSE_WAIT', 'LAST_ACK', 'CLOSING']

/** Whether the peer has sent its FIN, and rcv_nxt counts it. */
export const isClosedByPeer = ({ state }: Socket): boolean => CLOSED_BY_PEER.includes(state)

/**
 * Whether the RST has the number of the peer's FIN, and the kernel takes it for that (net/ipv4/tcp_input.c,
 * tcp_reset_check): what macOS sends after the FIN of a program that is interrupted.
 */
export const isAtFin = ({ seq }: Segment, socket: Socket): boolean =>
  isClosedByPeer(socket) && socket.rcv_nxt !== undefined && sequenceDistance(socket.rcv_nxt, seq) === 1

/** Whether a kernel without the socket, or a box that rejects, replies so (net/ipv4/tcp_ipv4.c, nf_reject_ipv4.c). */
export const isKernelReply = (segment: Segment, { rcv_nxt }: Socket): boolean =>
  isBare(segment) && segment.window === 0 && segment.seq === rcv_nxt

/**
 * Whether another machine may reply in the peer's name and be in the right: a load balancer, a firewall that rejects,
 * the peer's own kernel for an application with a TTL of its own. It replies to what this host sent, and Linux gives it
 * no IP-ID.
 */
export const isBoxReply = (segment: Segment, socket: Socket): boolean =>
  isKernelReply(segment, socket) && awaitsReply(socket) && segment.ip_id === 0

/**
 * Whether nothing of this host awaited a reply when the RST came: all of it is known to be acknowledged, and a RST with ACK
 * acknowledges just that.
 */
export const isUnasked = (segment: Segment, socket: Socket): boolean =>
  socket.snd_nxt !== undefined && !awaitsReply(socket) && (isBare(segment) || segment.ack === socket.snd_nxt)

/**
 * How long nothing but RSTs had come for the flow, in nanoseconds; null where that is not known. Where no segment was seen,
 * the socket tells of data and ACKs; not of the peer's keepalive probes, which this host answers.
 */
export const silenceOf = ({ reset: { at, flow, socket } }: Case): number | null =>
  flow?.last === undefined ? (socket?.heard_ago ?? null) : nanosecondsBetween(at, flow.last)

/** A reply comes within one round trip, and the longest of those are of seconds. */
const REPLY_NS = 3_000_000_000

/** Whether the RST replies to nothing: nothing awaited a reply, and this host is known to have sent not even an ACK. */
export const repliesToNothing = (segment: Segment, socket: Socket): boolean =>
  isUnasked(segment, socket) && socket.sent_ago !== undefined && socket.sent_ago > REPLY_NS

/** What every verdict on such a RST begins with: the state, the TTL, and the silence before. */
export const obeyedText = ({ reset: { at, segment, flow } }: Case, { state, heard_ago }: Socket): string[] => [
  `tcp_reset ran for a RST${segment !== null && isBare(segment) ? ' without ACK' : ' with ACK'} while the socket was in ${state}`,
  ttlText(segment, flow),
  ...silenceText(at, flow, heard_ago),
]

const silenceText = (at: Time, flow: FlowFacts | null, heard_ago: number | undefined) => {
  if (flow?.last !== undefined)
    return [`the segment before it had come ${spanText(nanosecondsBetween(at, flow.last))} earlier`]
  return heard_ago === undefined
    ? []
    : [`by the socket's own times, data or an ACK had last come ${spanText(heard_ago)} earlier`]
}
