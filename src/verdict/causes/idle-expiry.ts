// SPDX-License-Identifier: MIT
import { nanosecondsBetween, spanText } from '../../time.ts'
import type { Cause } from '../cause.ts'
import { awaitsReply, explainObeyed, isKernelReply, obeyedText } from '../obeyed.ts'
import { likely, type Rule } from '../rule.ts'

const cause = {
  id: 'idle-expiry',
  who: 'middlebox',
  outcome: 'received',
  brief: 'RST answers the first segment after a long silence (30 s)',
  means: 'The first segment after a long silence was answered with RST.',
  usually: 'A NAT, firewall or load balancer on the path had dropped the idle connection; or the peer had restarted.',
  next: [
    'make keepalive shorter than the idle timeouts on the path: net.ipv4.tcp_keepalive_time with SO_KEEPALIVE',
    'the idle timeout of the load balancer, NAT gateway or firewall on the path',
  ],
} as const satisfies Cause

/** From here on a silence is long: the shortest idle timeouts of load balancers in use are of half a minute. */
const IDLE_NS = 30_000_000_000

/** tcp_validate_incoming calls tcp_reset (net/ipv4/tcp_input.c) for a kernel's reply, after a silence of the flow. */
export const idleExpiry = {
  cause,
  explain: (reset) =>
    explainObeyed(reset, (segment, socket) => {
      const { at, flow } = reset.reset
      const idle = flow === null ? 0 : nanosecondsBetween(at, flow.last)
      if (!isKernelReply(segment, socket) || !awaitsReply(socket)) return undefined
      // A segment sent again and again before it was answered is another story: the peer was away.
      if (idle < IDLE_NS || socket.retransmits !== 0) return undefined
      return likely(
        ...obeyedText(reset, socket),
        `it answers the first segment after a silence of ${spanText(idle)}: snd_una ${socket.snd_una}, snd_nxt ${socket.snd_nxt}, nothing retransmitted`,
        'a NAT, firewall or load balancer that drops idle connections replies like this, and so does a peer that has restarted',
      )
    }),
} satisfies Rule
