// SPDX-License-Identifier: MIT
// A RST that came in and was obeyed: tcp_reset, for a segment that has the flag.
import type { Case } from '../flow/case.ts'
import { FLAG, sequenceDistance } from '../flow/states.ts'
import type { FlowFacts, Segment, Socket } from '../observation.ts'
import { nanosecondsBetween, spanText } from '../time.ts'
import { certain, likely, type Evidence, type Rule } from './rule.ts'

/** States of a connection that was established. */
const CONNECTED = ['ESTABLISHED', 'FIN_WAIT1', 'FIN_WAIT2', 'CLOSE_WAIT', 'LAST_ACK', 'CLOSING']

/** A RST that ended an established connection, with all that is known of it; undefined when this is none. */
const ended = ({ outcome, reset }: Case): { segment: Segment; socket: Socket } | undefined =>
  outcome === 'received' && reset.segment !== null && reset.socket !== null && CONNECTED.includes(reset.socket.state)
    ? { segment: reset.segment, socket: reset.socket }
    : undefined

const bare = ({ flags }: Segment) => (flags & FLAG.ack) === 0

/** A RST whose TTL is not the flow's own may be another sender's: its shape then says nothing of the peer. */
export const foreignTtl = ({ reset: { segment, flow } }: Case): boolean =>
  segment !== null && flow !== null && segment.ttl !== flow.ttl

/** What we sent and the peer has not acknowledged: bytes, and one for a FIN of ours. */
export const inFlight = ({ snd_una, snd_nxt, state }: Socket): number => {
  if (snd_una === undefined || snd_nxt === undefined) return 0
  const distance = sequenceDistance(snd_nxt, snd_una)
  return distance > 0 && (state === 'LAST_ACK' || state === 'CLOSING') ? distance - 1 : distance
}

const arrival = ({ reset: { at, segment, flow } }: Case, { state }: Socket) => [
  `tcp_reset ran for a RST${segment !== null && bare(segment) ? ' without ACK' : ' with ACK'} while the socket was in ${state}`,
  ...ttlText(segment, flow),
  ...(flow === null ? [] : [`the segment before it had come ${spanText(nanosecondsBetween(at, flow.last))} earlier`]),
]

const ttlText = (segment: Segment | null, flow: FlowFacts | null) => {
  if (segment === null || flow === null)
    return ['the TTL of the flow is not known: none of its earlier segments was seen']
  return [`its TTL ${segment.ttl} is that of the flow's first segment, of ${flow.packets} seen`]
}

const explainEnded = (reset: Case, explain: (segment: Segment, socket: Socket) => Evidence | undefined) => {
  const end = ended(reset)
  return end === undefined || foreignTtl(reset) ? undefined : explain(end.segment, end.socket)
}

export const connectionRefused: Rule = {
  cause: 'connection-refused',
  explain: ({ outcome, reset: { socket, segment } }) => {
    if (outcome !== 'received' || socket?.state !== 'SYN_SENT') return undefined
    return certain(
      'tcp_reset ran for a RST while the socket was in SYN_SENT: the RST answers our SYN',
      ...(segment === null ? [] : [`it acknowledges ${segment.ack}, and snd_nxt is ${socket.snd_nxt}`]),
    )
  },
}

export const writeAfterPeerClose: Rule = {
  cause: 'write-after-peer-close',
  explain: (reset) =>
    explainEnded(reset, (segment, socket) => {
      if (!bare(segment) || !['CLOSE_WAIT', 'LAST_ACK', 'CLOSING'].includes(socket.state) || inFlight(socket) <= 0)
        return undefined
      return likely(
        ...arrival(reset, socket),
        `the peer had sent FIN, and ${inFlight(socket)} bytes sent by this host were unacknowledged: snd_una ${socket.snd_una}, snd_nxt ${socket.snd_nxt}`,
      )
    }),
}

export const peerHasNoSocket: Rule = {
  cause: 'peer-has-no-socket',
  explain: (reset) =>
    explainEnded(reset, (segment, socket) => {
      if (!bare(segment) || segment.window !== 0 || segment.seq !== socket.rcv_nxt) return undefined
      return likely(
        ...arrival(reset, socket),
        `its window is 0 and its seq ${segment.seq} is the ACK that this host had sent: so a kernel answers that has no such socket, or a firewall that rejects`,
      )
    }),
}

export const peerAborted: Rule = {
  cause: 'peer-aborted',
  explain: (reset) =>
    explainEnded(reset, (segment, socket) => {
      if (bare(segment) || segment.seq !== socket.rcv_nxt) return undefined
      return likely(
        ...arrival(reset, socket),
        `its seq ${segment.seq} is exactly rcv_nxt and it acknowledges ${segment.ack}: so a live socket aborts`,
      )
    }),
}
