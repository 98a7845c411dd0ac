// SPDX-License-Identifier: MIT
// A replay of captures: the same output, of packets alone.
import { concatMap, filter, from, mergeMap, of, type Observable } from 'rxjs'
import { captured, isCapture } from '../capture/read.ts'
import { usageError } from '../errors.ts'
import { ANY, type Filter } from '../filter/filter.ts'
import { matches } from '../filter/match.ts'
import { selects, type VerdictFilter } from '../filter/verdict.ts'
import type { Observation } from '../observation.ts'
import { beginningOf } from '../recording/beginning.ts'
import type { Line } from '../run.ts'
import type { Verdict } from '../verdict/verdict.ts'

/**
 * Whether the files are captures, by what they begin with. Throws a usage error where they are mixed with recordings, or where it is
 * not said whose capture it is.
 */
export const areCaptures = (files: readonly string[], { daddr }: Filter): boolean => {
  const some = files.filter((file) => file !== '-' && isCapture(beginningOf(file).bytes))
  const [first] = some
  if (first === undefined) return false
  if (some.length < files.length)
    throw usageError(`${first} is a capture, and others are none`, 'replay captures and recordings apart')
  if (daddr.length === 0)
    throw usageError(
      `${first} is a capture: whose is not said`,
      'name the addresses of the host that it is judged for, as in --local 192.0.2.1,2001:db8::1',
    )
  return true
}

/** What a replay of captures takes. */
type Asked = {
  filter: Filter & VerdictFilter
  see: (observation: Observation) => void
  leave: (what: Observation | Verdict) => void
  warn: (message: string) => void
  read: ((bytes: number) => void) | undefined
}

/** Addresses that are remembered, of whom most packets are. */
const MOST_ADDRESSES = 4096

type IsHere = (address: string, family: 4 | 6) => boolean

// To compare an address with a prefix takes longer than all else that is done with a packet.
const remembered = (isHere: IsHere): IsHere => {
  const known = new Map<string, boolean>()
  return (address, family) => {
    const before = known.get(address)
    if (before !== undefined) return before
    if (known.size >= MOST_ADDRESSES) known.clear()
    const found = isHere(address, family)
    known.set(address, found)
    return found
  }
}

/** The verdicts on captures, one after the other. */
export const captureLines = (files: readonly string[], { filter: wanted, see, leave, warn, read }: Asked) => {
  const isHere = remembered((address, family) => {
    const tuple = { family, saddr: address, sport: 0, daddr: address, dport: 0, netns: 0 }
    return matches({ ...ANY, daddr: wanted.daddr }, tuple)
  })
  return from(files).pipe(
    concatMap((file) => captured(file, { isHere, warn, read })),
    mergeMap((one): Observable<Line> => {
      if ('observation' in one) {
        see(one.observation)
        return from([])
      }
      return of({ kind: 'verdict', verdict: one.verdict } as const)
    }),
    filter((line) => {
      if (line.kind !== 'verdict') return true
      const { verdict } = line
      const isWanted = matches(wanted, verdict.tuple) && selects(wanted, verdict)
      if (!isWanted) leave(verdict)
      return isWanted
    }),
  )
}
