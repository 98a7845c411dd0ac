// SPDX-License-Identifier: MIT
import type { Case } from '../../flow/case.ts'
import { spanText } from '../../time.ts'
import type { Cause } from '../cause.ts'
import { rstBeyondHole } from '../hole.ts'
import {
  awaitsReply,
  explainObeyed,
  isBare,
  isKernelReply,
  isUnasked,
  obeyedRst,
  obeyedText,
  silenceOf,
} from '../obeyed.ts'
import { likely, type Evidence, type Rule } from '../rule.ts'
import { hasForeignTtl } from '../ttl.ts'

const cause = {
  id: 'idle-expiry',
  who: 'middlebox',
  outcome: 'received',
  brief: 'RST after a silence (30 s): in answer to a segment, or asked by nobody',
  means: 'After a long silence RST came: asked by nobody, or in answer to the first segment.',
  usually:
    'A NAT, firewall or load balancer on the path had dropped the idle connection, or reset it when its time was up; or the peer had restarted.',
  next: [
    'make keepalive shorter than the idle timeouts on the path: net.ipv4.tcp_keepalive_time with SO_KEEPALIVE',
    'the idle timeout of the load balancer, NAT gateway or firewall on the path',
  ],
} as const satisfies Cause

/** From here on a silence is long: the shortest idle timeouts of load balancers in use are of half a minute. */
const IDLE_NS = 30_000_000_000

/**
 * tcp_validate_incoming calls tcp_reset (net/ipv4/tcp_input.c) after a silence of the flow: for a kernel's reply to what ended
 * it, or for a RST that answers nothing, as a box sends it to both ends when its time is up.
 */
export const idleExpiry = {
  cause,
  explain: (reset) => {
    const silence = silenceOf(reset)
    // The second of two RSTs replies to the challenge ACK for the first, which broke the silence.
    if (silence === null || silence < IDLE_NS || rstBeyondHole(reset) !== undefined) return undefined
    return afterRequest(reset, silence) ?? unasked(reset, silence)
  },
} satisfies Rule

const afterRequest = (reset: Case, silence: number) =>
  explainObeyed(reset, (segment, socket) => {
    if (!isKernelReply(segment, socket) || !awaitsReply(socket)) return undefined
    // A segment sent again and again before it was answered is another story: the peer was away.
    if (socket.retransmits !== 0) return undefined
    return likely(
      `${spanText(silence)} idle: a box or the peer forgot it`,
      ...obeyedText(reset, socket),
      `it answers the first segment after a silence of ${spanText(silence)}: snd_una ${socket.snd_una}, snd_nxt ${socket.snd_nxt}, nothing retransmitted`,
      'a NAT, firewall or load balancer that drops idle connections replies like this, and so does a peer that has restarted',
    )
  })

// The TTL may be a box's own. Half closed, a peer's own timers end the connection after such a time.
const unasked = (reset: Case, silence: number): Evidence | undefined => {
  const { segment, socket } = obeyedRst(reset) ?? {}
  if (segment === undefined || socket?.state !== 'ESTABLISHED') return undefined
  if (segment.seq !== socket.rcv_nxt || !isUnasked(segment, socket)) return undefined
  if (reset.reset.flow?.last === undefined && (socket.sent_ago ?? 0) < IDLE_NS) return undefined
  const application =
    isBare(segment) || hasForeignTtl(reset) ? '' : ", or the peer's application has the same idle limit"
  return likely(
    `${spanText(silence)} idle: a box ${application === '' ? 'on the path' : 'or the peer'} ended it`,
    ...obeyedText(reset, socket),
    `nobody had asked for it in a silence of ${spanText(silence)}: all that this host had sent was acknowledged, snd_nxt ${socket.snd_nxt}, no probe was out`,
    `a NAT, firewall or load balancer resets an idle connection of its own accord when its time is up${application}`,
  )
}
