// SPDX-License-Identifier: MIT
// What is known of one TCP segment, and whether two events are about the same one.
import type { Segment } from '../observation.ts'
import { FLAG } from './states.ts'

/** Whether the segment has the RST flag; false where no segment is known. */
export const isRst = (segment: Segment | null): boolean => segment !== null && (segment.flags & FLAG.rst) !== 0

/** Whether the segment opens a connection: SYN without ACK. */
export const isSyn = ({ flags }: Segment): boolean => (flags & FLAG.syn) !== 0 && (flags & FLAG.ack) === 0

/**
 * Whether two events are about the same segment: by its address in memory (`skb`), and by its sequence number, since another
 * segment soon takes the same memory. False where one of the segments is not known.
 */
export const sameSegment = (one: Segment | null, other: Segment | null): boolean =>
  one !== null && other !== null && one.skb === other.skb && one.seq === other.seq
