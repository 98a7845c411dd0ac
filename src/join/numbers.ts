// SPDX-License-Identifier: MIT
// Whether the numbers that two ends tell of a RST can be those of one segment.
import { FLAG, sequenceDistance } from '../flow/states.ts'
import type { Rst } from '../flow/rst.ts'

/** RST with ACK or without it: no other flag tells two RSTs apart. */
const kindOf = ({ flags }: Rst) => flags & (FLAG.rst | FLAG.ack)

const ackOf = (rst: Rst) => ((rst.flags & FLAG.ack) === 0 ? 0 : rst.ack)

/** One string for the numbers of a RST: equal for both ends where the sender's are exact. Null where none was seen. */
export const numbersKey = (rst: Rst | null): string | null =>
  rst === null ? null : `${kindOf(rst)} ${rst.seq} ${ackOf(rst)}`

/** How far the numbers of a RST that was sent and of one that came bear each other out; undefined: they are of two. */
export type Agreement = 'exact' | 'near' | 'unknown'

/**
 * The sender's number of an abort is that of its socket, snd_nxt; what it sends lies below where the peer had taken its window
 * back (tcp_acceptable_seq, net/ipv4/tcp_output.c), and then the acknowledged number alone bears it out.
 */
export const agreement = (sent: Rst | null, came: Rst | null): Agreement | undefined => {
  if (sent === null || came === null) return 'unknown'
  if (kindOf(sent) !== kindOf(came) || ackOf(sent) !== ackOf(came)) return undefined
  if (sent.seq === came.seq) return 'exact'
  const below = sequenceDistance(sent.seq, came.seq)
  return sent.from === 'socket' && (sent.flags & FLAG.ack) !== 0 && below > 0 && below < WINDOW ? 'near' : undefined
}

/** The largest window there is: 65,535 shifted by 14 (RFC 7323). */
const WINDOW = 65_535 * 2 ** 14

/**
 * Whether the numbers alone name a segment: 64 bits that are not 0. Of 32 bits, as a RST without ACK has them, another sign is
 * wanted.
 */
export const areTelling = (rst: Rst): boolean => rst.seq !== 0 && ackOf(rst) !== 0

/** Whether there is a number at all that another RST would not have. */
export const areSome = (rst: Rst): boolean => rst.seq !== 0 || ackOf(rst) !== 0
