// SPDX-License-Identifier: MIT
import type { Filter } from '../filter/filter.ts'
import { matchesByAny } from '../filter/match.ts'
import { createTranslations, endsOf } from '../flow/translations.ts'
import type { Tuple } from '../flow/tuple.ts'
import type { Kind } from '../observation.ts'
import type { Clock } from './clock.ts'
import { natOf, readConntrack } from './conntrack.ts'
import { tellNat } from './tellNat.ts'

/** Ends that the program is told of, at most: its map has room for those to come, too. */
const MOST_TOLD = 30_000

/**
 * The translations of connections older than the trace that the filter selects by any of their tuples, of every conntrack
 * table. `tells`: the running program is told, so that it selects them too. Warns of what is left out.
 */
export async function* findNat(
  filter: Filter,
  clock: Clock,
  { tells, warn }: { tells: boolean; warn: (message: string) => void },
): AsyncGenerator<Kind<'nat'>> {
  const { entries, cut } = await readConntrack()
  if (cut.length > 0)
    warn(
      `the conntrack table of the network namespaces ${cut.join(', ')} is too long: read in part, and NAT of older connections may be missed`,
    )
  const all = entries.map((entry) => natOf(entry, clock.now()))
  const translations = createTranslations()
  for (const nat of all) translations.learn(nat)
  // A socket is in another network namespace than its translation, mostly: the program asks for that itself.
  const anywhere = { ...filter, netns: [], notNetns: [] }
  const isSelected = (end: Tuple) => matchesByAny(anywhere, end, translations.of(end))
  let left = MOST_TOLD
  for (const nat of all) {
    const ends = endsOf(nat).flatMap(({ tuple }) => (isSelected(tuple) ? tuple : []))
    if (ends.length === 0) continue
    if (tells) tellNat(ends.slice(0, left))
    left = Math.max(0, left - ends.length)
    yield nat
  }
  if (tells && left === 0) warn(`NAT has more than ${MOST_TOLD} ends of older connections: the filter misses some`)
}
