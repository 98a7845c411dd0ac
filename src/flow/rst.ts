// SPDX-License-Identifier: MIT
import type { Segment } from '../observation.ts'
import type { Case } from './case.ts'
import { isRst } from './segment.ts'
import { FLAG } from './states.ts'

/** A RST by the fields of its header. `from`: it was seen as it came in, or it follows from what this host answers or has. */
export type Rst = Pick<Segment, 'flags' | 'seq' | 'ack' | 'window' | 'length' | 'ttl' | 'ip_id'> & {
  from: 'packet' | 'answered' | 'socket'
  /** The address in memory of the segment that came in: the RST itself, or what it answers; null for a RST of its own accord. */
  skb: string | null
}

/** What Linux gives a packet that it makes (sysctl_ip_default_ttl); its window and IP-ID are not seen. */
const MADE_HERE = { window: 0, length: 0, ttl: 64, ip_id: 0 }

/** The RST of a case; null where neither a segment nor a socket was seen. */
export const rstOf = ({ reset: { segment, socket } }: Pick<Case, 'reset'>): Rst | null => {
  if (segment !== null) return isRst(segment) ? { ...segment, from: 'packet' } : answerTo(segment)
  if (socket?.snd_nxt === undefined || socket.rcv_nxt === undefined) return null
  // tcp_send_active_reset (net/ipv4/tcp_output.c): tcp_acceptable_seq is snd_nxt unless the peer has taken its window back.
  const flags = FLAG.rst | FLAG.ack
  return { ...MADE_HERE, flags, seq: socket.snd_nxt, ack: socket.rcv_nxt, from: 'socket', skb: null }
}

// RFC 9293, section 3.5.2; tcp_v4_send_reset (net/ipv4/tcp_ipv4.c).
const answerTo = ({ flags, seq, ack, length, skb }: Segment): Rst => {
  const made = { ...MADE_HERE, from: 'answered', skb } as const
  if ((flags & FLAG.ack) !== 0) return { ...made, flags: FLAG.rst, seq: ack, ack: 0 }
  const ends = seq + Math.max(0, length) + (flags & FLAG.syn ? 1 : 0) + (flags & FLAG.fin ? 1 : 0)
  return { ...made, flags: FLAG.rst | FLAG.ack, seq: 0, ack: ends >>> 0 }
}
