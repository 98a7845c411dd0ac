// SPDX-License-Identifier: MIT
// The segments of a capture become verdicts, in order of time, with a bounded memory.
import type { Segment } from '../observation.ts'
import type { Tuple } from '../flow/tuple.ts'
import { tupleKey } from '../flow/tuple.ts'
import { FLAG } from '../flow/states.ts'
import { timeOf } from '../time.ts'
import { CAUSES } from '../verdict/causes.ts'
import type { Verdict } from '../verdict/verdict.ts'
import { createFlows, has, type Flow } from './flows.ts'
import { judgeCame, judgeSent, type Judged } from './judge.ts'
import type { Captured } from './segment.ts'

/** For so long it is watched whether this host goes on after a RST, in nanoseconds of the capture. */
const WATCHED_NS = 1_000_000_000n

/** What this host sends so soon after a RST may have been under way before. */
const UNDER_WAY_NS = 1_000_000n

/** RSTs that are watched at once. */
const MOST_WATCHED = 4096

/** A RST that waits for what this host does after it. */
type Watched = { key: string; rst: Captured; flow: Flow; tuple: Tuple; wentOn: Captured | null }

/** Judges the segments of a host that has the addresses which `isHere` says. */
export const createJudge = (isHere: (address: string, family: 4 | 6) => boolean) => {
  const flows = createFlows()
  const watched: Watched[] = []
  const watching = new Map<string, Watched>()

  const release = (until: bigint): Verdict[] => {
    const ready: Verdict[] = []
    for (let first = watched[0]; first !== undefined; first = watched[0]) {
      if (first.rst.at > until && watched.length <= MOST_WATCHED) break
      watched.shift()
      if (watching.get(first.key) === first) watching.delete(first.key)
      ready.push(verdictOf(first.rst, first.tuple, judgeCame(first.rst, first.flow, first.wentOn)))
    }
    return ready
  }

  /** Gives the verdicts that are ready after a segment. */
  const push = (captured: Captured): Verdict[] => {
    const verdicts = release(captured.at - WATCHED_NS)
    const [fromHere, toHere] = [isHere(captured.from, captured.family), isHere(captured.to, captured.family)]
    // Between two addresses of this host it is of the loopback, and both ends are here: the one that gets it is told.
    if (!fromHere && !toHere) return verdicts
    const isOurs = fromHere && !toHere
    const tuple = tupleOf(captured, isOurs)
    const key = tupleKey(tuple)
    if (!has(captured, FLAG.rst)) {
      const rst = watching.get(key)
      if (isOurs && rst !== undefined && captured.at - rst.rst.at > UNDER_WAY_NS && !has(captured, FLAG.syn))
        rst.wentOn ??= captured
      flows.see(key, captured, isOurs)
      return verdicts
    }
    const flow = { ...flows.of(key) }
    // A RST of this host waits too, so that all are told in order.
    if (isOurs) verdicts.push(...release(captured.at), verdictOf(captured, tuple, judgeSent(captured, flow)))
    else {
      const one = { key, rst: captured, flow, tuple, wentOn: null }
      watched.push(one)
      watching.set(key, one)
    }
    return verdicts
  }

  return { push, flush: (): Verdict[] => release(2n ** 63n) }
}

/** A connection as this host names it. */
const tupleOf = ({ family, from, fromPort, to, toPort }: Captured, isOurs: boolean): Tuple =>
  isOurs
    ? { family, saddr: to, sport: toPort, daddr: from, dport: fromPort, netns: 0 }
    : { family, saddr: from, sport: fromPort, daddr: to, dport: toPort, netns: 0 }

const segmentOf = ({ flags, seq, ack, window, length, ttl, ip_id }: Captured): Segment => ({
  skb: '0',
  flags,
  seq,
  ack,
  window,
  length,
  ttl,
  ip_id,
})

const verdictOf = (rst: Captured, tuple: Tuple, { cause, outcome, why, because }: Judged): Verdict => {
  const segment = segmentOf(rst)
  return {
    at: timeOf(rst.at),
    outcome,
    cause,
    who: CAUSES[cause].who,
    confidence: cause === 'unknown' ? 'unknown' : 'likely',
    tuple,
    state: null,
    owner: null,
    by: null,
    dev: null,
    nat: [],
    after: null,
    late: null,
    resetReason: null,
    dropReason: null,
    rst: { ...segment, from: 'packet' },
    why,
    segment,
    unread: null,
    because,
    stack: [],
  }
}
