// SPDX-License-Identifier: MIT
// netfilter's REJECT of a segment that this host itself was sending: its RST goes to this host's own socket, and comes in
// as if it were the peer's.
import type { Kind } from '../observation.ts'
import { isIncoming } from './arrival.ts'
import type { Case } from './case.ts'
import { FLAG } from './states.ts'
import { tupleKey } from './tuple.ts'

/** Whether netfilter rejected what this host was sending: it has no interface yet (net/ipv4/ip_output.c, __ip_local_out). */
export const isRejectedHere = ({ fn, segment }: Kind<'reset'>): boolean =>
  fn === 'nf_send_reset' && segment !== null && segment.dev === undefined

/**
 * Whether a RST that came in may be of such a REJECT, were that not seen: it came by the loopback interface, and not from the
 * very address that it is for, as a connection of this host to itself mostly has it.
 */
export const mayBeRejectedHere = ({ reset, dev }: Pick<Case, 'reset' | 'dev'>): boolean => {
  const { saddr, daddr } = reset.tuple
  return isIncoming(reset) && dev === 'lo' && saddr !== daddr && !(saddr.startsWith('127.') && daddr.startsWith('127.'))
}

/** How long after a RST of this host one that comes in may be that one, in nanoseconds: microseconds, unless it stands still. */
const OWN_RST_NS = 50_000_000

/** Whether TCP or REJECT of this host, as the kernel counts, has just sent a RST, which may be the one that comes in. */
export const mayBeOwn = ({ own_rst }: Kind<'reset'>): boolean => own_rst !== undefined && own_rst <= OWN_RST_NS

/** Whether a RST came in by lo, right after one of this host, though the connection's segments come by another interface. */
export const cameBack = ({ reset, dev, flowDev }: Pick<Case, 'reset' | 'dev' | 'flowDev'>): boolean =>
  dev === 'lo' && flowDev !== null && flowDev !== 'lo' && mayBeOwn(reset)

/**
 * Whether the RST that comes in is that of the rejection, by its numbers: it acknowledges the segment, or has the number that
 * the segment acknowledged (net/ipv4/netfilter/nf_reject_ipv4.c, nf_reject_ip_tcphdr_put; nf_reject_ip6_tcphdr_put likewise).
 */
export const isRejectEcho = (rejection: Kind<'reset'>, reset: Kind<'reset'>): boolean => {
  const { segment } = rejection
  const { segment: rst } = reset
  if (!isRejectedHere(rejection) || segment === null) return false
  if (tupleKey(rejection.tuple) !== tupleKey(reset.tuple)) return false
  // On 5.10 tcp_reset does not get the segment: the connection has to do.
  if (rst === null) return isIncoming(reset)
  if ((segment.flags & FLAG.ack) !== 0) return rst.seq === segment.ack
  const span = segment.length + (segment.flags & FLAG.syn ? 1 : 0) + (segment.flags & FLAG.fin ? 1 : 0)
  return rst.ack === (segment.seq + span) >>> 0
}
