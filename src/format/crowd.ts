// SPDX-License-Identifier: MIT
// What a person can read: of many resets in one second the first ten, and a count of the others; of one that comes again
// and again its sentence once.
import type { Time } from '../time.ts'
import type { CauseId } from '../verdict/causes.ts'
import type { Verdict } from '../verdict/verdict.ts'
import { INDENT } from './head.ts'
import { ownerText } from './sentence.ts'
import { wrap } from './text.ts'

/** Verdicts shown of one second. */
const A_SECOND = 10
/** Repeats and peers that are remembered: what comes after them is told anew. */
const MEMORY = 10_000

type Hidden = { count: number; peers: Map<string, number> }

/** Watches the verdicts of one run; a second is one of event time. */
export const createCrowd = () => {
  const seen = new Set<string>()
  let second = -1
  let shown = 0
  const hidden = new Map<CauseId, Hidden>()

  return {
    /** Counts one more verdict; whether there is room for it in its second. */
    admits: ({ at, cause, tuple }: Verdict): boolean => {
      if (at.s !== second) [second, shown] = [at.s, 0]
      if (++shown <= A_SECOND) return true
      const of = hidden.get(cause) ?? { count: 0, peers: new Map<string, number>() }
      of.count += 1
      if (of.peers.size < MEMORY || of.peers.has(tuple.saddr))
        of.peers.set(tuple.saddr, (of.peers.get(tuple.saddr) ?? 0) + 1)
      hidden.set(cause, of)
      return false
    },
    /** Whether the same was told before: cause, owner, both addresses and the port here. */
    isRepeat: ({ cause, owner, tuple }: Verdict): boolean => {
      const key = `${cause} ${ownerText(owner)} ${tuple.daddr} ${tuple.dport} ${tuple.saddr}`
      if (seen.has(key)) return true
      if (seen.size >= MEMORY) seen.clear()
      seen.add(key)
      return false
    },
    /** A text for each cause of which verdicts were left out; none while their second, before that of `now`, goes on. */
    counts: (width: number, now?: Time): string => {
      if (now !== undefined && now.s <= second) return ''
      const lines = [...hidden].flatMap(([cause, of]) => wrap(`... ${countText(cause, of)}`, width - INDENT))
      hidden.clear()
      return lines.map((line) => `${' '.repeat(INDENT)}${line}\n`).join('')
    },
  }
}

const countText = (cause: CauseId, { count, peers }: Hidden) => {
  const [first] = [...peers].toSorted(([, a], [, b]) => b - a)
  const [peer, times] = first ?? ['', 0]
  if (peers.size <= 1) return `${count} more ${cause}, from ${peer}`
  const others = peers.size >= MEMORY ? 'many' : peers.size - 1
  return `${count} more ${cause}, ${times} of them from ${peer}, ${others} other peer${others === 1 ? '' : 's'}`
}
