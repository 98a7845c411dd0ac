// SPDX-License-Identifier: MIT
// What the packets of a connection tell of it, up to its reset.
import { createMemory } from '../flow/memory.ts'
import { FLAG, sequenceDistance } from '../flow/states.ts'
import type { Captured } from './segment.ts'

/** What one end has sent. `next`: the number behind the furthest byte; `acked`: the last acknowledgment; `at`: when it last sent. */
export type Side = {
  next: number
  acked: number | null
  synSeq: number | null
  fin: boolean
  at: bigint
  /** The TTL of its first segment; `otherTtl`: another one was seen. */
  ttl: number
  otherTtl: boolean
  segments: number
  last: Captured
}

/** A connection: this host's end, and the other one; null of whom nothing was seen. */
export type Flow = { here: Side | null; peer: Side | null }

/** The connections of a capture, by the name that this host has for each; bounded. */
export const createFlows = () => {
  const flows = createMemory<Flow>()
  const of = (key: string): Flow => flows.use(key, () => ({ here: null, peer: null }))
  return {
    of,
    /** Adds a segment without RST, from here or from the peer. */
    see: (key: string, captured: Captured, isOurs: boolean) => {
      const flow = of(key)
      const side = isOurs ? 'here' : 'peer'
      // A SYN with a number of its own begins another connection.
      const isNew = has(captured, FLAG.syn) && !has(captured, FLAG.ack) && flow[side]?.synSeq !== captured.seq
      if (isNew && flow[side] !== null) flow.here = flow.peer = null
      flow[side] = after(flow[side], captured)
    },
    /** A connection that was reset is over. */
    forget: flows.forget,
  }
}

/** Whether a segment has a flag. */
export const has = ({ flags }: { flags: number }, flag: number): boolean => (flags & flag) !== 0

/** The number behind a segment. */
export const endOf = (of: Captured): number =>
  (of.seq + of.length + (has(of, FLAG.syn) ? 1 : 0) + (has(of, FLAG.fin) ? 1 : 0)) >>> 0

const after = (side: Side | null, captured: Captured): Side => {
  const end = endOf(captured)
  const acked = has(captured, FLAG.ack) ? captured.ack : (side?.acked ?? null)
  const synSeq = has(captured, FLAG.syn) ? captured.seq : (side?.synSeq ?? null)
  return {
    next: side !== null && sequenceDistance(side.next, end) > 0 ? side.next : end,
    acked,
    synSeq,
    fin: side?.fin === true || has(captured, FLAG.fin),
    at: captured.at,
    ttl: side?.ttl ?? captured.ttl,
    otherTtl: side?.otherTtl === true || (side !== null && side.ttl !== captured.ttl),
    segments: (side?.segments ?? 0) + 1,
    last: captured,
  }
}
