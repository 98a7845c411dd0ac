// SPDX-License-Identifier: MIT
import type { Step } from '../flow/steps.ts'
import type { Segment } from '../observation.ts'
import { nanosecondsBetween, type Time } from '../time.ts'

/** A packet that waits for its further steps: the first of them, and a comment for each. */
export type HeldPacket = { step: Step; segment: Segment; comments: string[] }

/** How long a packet may take through the kernel, in event time. */
const LONGEST_WAY_NS = 100_000_000

/** Packets that may wait at once. */
const MOST_HELD = 10_000

/** Steps of the same packet made one: it is given when no further step is to come, in the order of the first steps. */
export const createHeld = () => {
  const held = new Map<string, HeldPacket>()

  const take = (isOver: (packet: HeldPacket) => boolean): HeldPacket[] => {
    const over: HeldPacket[] = []
    for (const [key, packet] of held) {
      if (!isOver(packet) && held.size <= MOST_HELD) break
      held.delete(key)
      over.push(packet)
    }
    return over
  }

  const before = (now: Time) => take(({ step }) => nanosecondsBetween(now, step.call.at) > LONGEST_WAY_NS)

  return {
    /** Takes a step; gives the packets that are over. A step without a segment is of a socket, and no packet. */
    add: (step: Step, comment: string): HeldPacket[] => {
      const { segment, tuple, at } = step.call
      if (segment === null) return []
      // In another network namespace it is another packet of the capture, and so it is after NAT.
      const key = `${segment.skb} ${segment.seq} ${tuple.netns} ${tuple.daddr} ${tuple.dport}`
      const over = before(at)
      const known = held.get(key)
      if (known === undefined) held.set(key, { step, segment, comments: [comment] })
      else known.comments.push(comment)
      return over
    },
    before,
    all: () => take(() => true),
  }
}
