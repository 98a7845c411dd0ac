// SPDX-License-Identifier: MIT
// A RST that came in and was obeyed by a full socket: tcp_reset, for a segment that has the flag.
import type { Case } from '../flow/case.ts'
import { FLAG, sequenceDistance } from '../flow/states.ts'
import type { FlowFacts, Segment, Socket } from '../observation.ts'
import { nanosecondsBetween, spanText } from '../time.ts'
import { certain, likely, type Evidence, type Rule } from './rule.ts'

/** States of a connection that was established. */
const CONNECTED = ['ESTABLISHED', 'FIN_WAIT1', 'FIN_WAIT2', 'CLOSE_WAIT', 'LAST_ACK', 'CLOSING']

/** From here on a silence is long: the shortest idle timeouts of load balancers in use are of half a minute. */
const IDLE_NS = 30_000_000_000

/** A RST that ended an established connection, with all that is known of it; undefined when this is none. */
const ended = ({ reset }: Case): { segment: Segment; socket: Socket } | undefined =>
  reset.fn === 'tcp_reset' && reset.segment !== null && reset.socket !== null && CONNECTED.includes(reset.socket.state)
    ? { segment: reset.segment, socket: reset.socket }
    : undefined

const bare = ({ flags }: Segment) => (flags & FLAG.ack) === 0

/** A RST whose TTL no segment of the flow has had may be another sender's: its shape then says nothing of the peer. */
export const foreignTtl = ({ reset: { segment, flow } }: Case): boolean =>
  segment !== null && flow !== null && segment.ttl !== flow.ttl && flow.other_ttl === undefined

/** What we sent and the peer has not acknowledged: bytes, and one for a FIN of ours. */
const inFlight = ({ snd_una, snd_nxt, state }: Socket): number => {
  if (snd_una === undefined || snd_nxt === undefined) return 0
  const distance = sequenceDistance(snd_nxt, snd_una)
  return distance > 0 && (state === 'LAST_ACK' || state === 'CLOSING') ? distance - 1 : distance
}

/** Whether this host had sent what could be answered by it: bytes, a FIN, or a keepalive probe. */
const answersUs = ({ snd_una, snd_nxt, probes_out = 0 }: Socket) => snd_una !== snd_nxt || probes_out > 0

/** How a kernel without the socket answers a segment, or a box that rejects (net/ipv4/tcp_ipv4.c, nf_reject_ipv4.c). */
const isKernelAnswer = (segment: Segment, { rcv_nxt }: Socket) =>
  bare(segment) && segment.window === 0 && segment.seq === rcv_nxt

/**
 * Whether another machine may answer in the peer's name and be in the right: a load balancer, a firewall that rejects, the
 * peer's own kernel for an application with a TTL of its own. It answers what this host sent, and Linux gives it no IP-ID.
 */
const isBoxAnswer = (segment: Segment, socket: Socket) =>
  isKernelAnswer(segment, socket) && answersUs(socket) && segment.ip_id === 0

const arrival = ({ reset: { at, segment, flow } }: Case, { state }: Socket) => [
  `tcp_reset ran for a RST${segment !== null && bare(segment) ? ' without ACK' : ' with ACK'} while the socket was in ${state}`,
  ttlText(segment, flow),
  ...(flow === null ? [] : [`the segment before it had come ${spanText(nanosecondsBetween(at, flow.last))} earlier`]),
]

const ttlText = (segment: Segment | null, flow: FlowFacts | null) => {
  if (segment === null || flow === null)
    return 'the TTL of the flow is not known: none of its earlier segments was seen'
  if (flow.other_ttl !== undefined)
    return `its TTL ${segment.ttl} proves nothing: the flow's own segments have had ${flow.ttl} and ${flow.other_ttl}`
  return segment.ttl === flow.ttl
    ? `its TTL ${segment.ttl} is that of the flow's first segment, of ${flow.packets} seen`
    : `its TTL is ${segment.ttl}, and ${flow.packets === 1 ? 'the one segment of the flow has' : `all ${flow.packets} segments of the flow have`} had ${flow.ttl}: another machine sent it, or the peer's kernel for an application with a TTL of its own`
}

const explainEnded = (reset: Case, explain: (segment: Segment, socket: Socket) => Evidence | undefined) => {
  const end = ended(reset)
  if (end === undefined || (foreignTtl(reset) && !isBoxAnswer(end.segment, end.socket))) return undefined
  return explain(end.segment, end.socket)
}

export const connectionRefused: Rule = {
  cause: 'connection-refused',
  explain: ({ reset: { fn, socket, segment } }) => {
    if (fn !== 'tcp_reset' || socket?.state !== 'SYN_SENT') return undefined
    return certain(
      'tcp_reset ran for a RST while the socket was in SYN_SENT: the RST answers our SYN',
      ...(segment === null ? [] : [`it acknowledges ${segment.ack}, and snd_nxt is ${socket.snd_nxt}`]),
    )
  },
}

export const forged: Rule = {
  cause: 'forged',
  explain: (reset) => {
    const end = ended(reset)
    if (end === undefined || !foreignTtl(reset) || isBoxAnswer(end.segment, end.socket)) return undefined
    const { segment, socket } = end
    const odd = [
      ...(answersUs(socket) || !bare(segment)
        ? []
        : [
            `it has no ACK and answers nothing: all that this host had sent was acknowledged, snd_nxt ${socket.snd_nxt}`,
          ]),
      ...(bare(segment) && segment.window !== 0
        ? [`its window is ${segment.window}, and a kernel that answers with a RST without ACK has 0`]
        : []),
      ...burstText(reset),
    ]
    return likely(...arrival(reset, socket), ...odd, 'so somebody on the way wrote it in the name of the peer')
  },
}

const burstText = ({ others }: Case) =>
  others.length === 0
    ? []
    : [
        `${others.length} more RSTs came within 2 s, with seq ${others.map(({ segment }) => segment.seq).join(', ')}: who knows the number needs one`,
      ]

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

export const idleExpiry: Rule = {
  cause: 'idle-expiry',
  explain: (reset) =>
    explainEnded(reset, (segment, socket) => {
      const { at, flow } = reset.reset
      const idle = flow === null ? 0 : nanosecondsBetween(at, flow.last)
      // A segment sent again and again before it was answered is another story: the peer was away.
      if (!isKernelAnswer(segment, socket) || !answersUs(socket)) return undefined
      if (idle < IDLE_NS || socket.retransmits !== 0) return undefined
      return likely(
        ...arrival(reset, socket),
        `it answers the first segment after a silence of ${spanText(idle)}: snd_una ${socket.snd_una}, snd_nxt ${socket.snd_nxt}, nothing retransmitted`,
        'a NAT, a firewall or a load balancer that drops what is idle for long answers so; so does a peer that was restarted meanwhile',
      )
    }),
}

export const peerHasNoSocket: Rule = {
  cause: 'peer-has-no-socket',
  explain: (reset) =>
    explainEnded(reset, (segment, socket) => {
      if (!isKernelAnswer(segment, socket)) return undefined
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
