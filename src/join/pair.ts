// SPDX-License-Identifier: MIT
// Which RST that one host sent is which that came to another.
import { createTranslations } from '../flow/translations.ts'
import { clockOffsets, type ClockOffset, type Pair } from './clocks.ts'
import { wireKey, wireOf, type Half, type Wire } from './half.ts'
import type { Host } from './host.ts'
import { agreement, areSome, areTelling, numbersKey } from './numbers.ts'

/** By what a pair was found: the addresses and ports, those before or after a known NAT, or the numbers of the header. */
export type MatchedBy = 'tuple' | 'nat' | 'numbers'

/** A RST with both its ends, and how long it was on its way by the offset of their clocks, in nanoseconds. */
export type Match = { sent: Half; came: Half; by: MatchedBy; travel: number }

/** What was found: the pairs, what has none, and the clocks of the hosts. */
export type Matches = { matches: Match[]; sent: Half[]; came: Half[]; clocks: ClockOffset[] }

/** A RST is on its way, or waits in a queue, for no longer, in nanoseconds; and where only its time tells it. */
const LONGEST_NS = 60e9
const LONGEST_UNNUMBERED_NS = 2e9

/** It comes no earlier than it was sent, but for what the offset of the clocks is wrong by. */
const EARLIEST_NS = -1e9

const isTime = (travel: number, most: number) => EARLIEST_NS <= travel && travel <= most

/** RSTs of one connection that are weighed against each other: those nearest in time. */
const MOST_WEIGHED = 32

/** A half with all that it is found by. `at`: nanoseconds since the first host's start, by its own host's clock. */
type Known = { half: Half; at: number; wires: readonly Wire[]; keys: readonly string[] }

/** Finds the pairs of the halves of some hosts. `base`: a moment near them, in nanoseconds since 1970. */
export const findPairs = (hosts: readonly Host[], base: bigint): Matches => {
  const wires = createWires(hosts)
  const all = hosts
    .flatMap(({ halves }) => halves)
    .map((half): Known => {
      const known = wires(half)
      return { half, at: Number(half.wall - base), wires: known, keys: known.map(wireKey) }
    })
    .toSorted((a, b) => a.at - b.at)
  const sent = all.filter(({ half }) => half.outcome === 'sent')
  const came = all.filter(({ half }) => half.outcome !== 'sent')
  const sure = distinct([...countedOff(sent, came, byWire), ...countedOff(sent, came, byNumbers)])
  const clocks = clockOffsets(hosts.length, sure.map(pairOf))
  const matches = choose(sent, came, clocks)
  const taken = new Set(matches.flatMap((match) => [match.sent, match.came]))
  const rest = (some: readonly Known[]) => some.map(({ half }) => half).filter((half) => !taken.has(half))
  return { matches, sent: rest(sent), came: rest(came), clocks }
}

/** A network namespace among those of several hosts, which have inodes alike. */
const place = (host: number, netns: number) => host * 2 ** 33 + netns

/** The ends of a RST by each tuple that any of the hosts knows for its connection, its own first. */
const createWires = (hosts: readonly Host[]) => {
  const translations = createTranslations()
  hosts.forEach(({ nat }, host) => {
    for (const entry of nat)
      translations.learn({ ...entry, tuple: { ...entry.tuple, netns: place(host, entry.tuple.netns) } })
  })
  return (half: Half): Wire[] => {
    const tuple = { ...half.tuple, netns: place(half.host, half.tuple.netns) }
    return [half.tuple, ...half.nat, ...translations.of(tuple)].map((of) => wireOf(half, of))
  }
}

const byWire = ({ half, keys }: Known): string[] => {
  const numbers = numbersKey(half.rst)
  return numbers === null ? [] : keys.map((key) => `${key} ${numbers}`)
}

const byNumbers = ({ half: { rst } }: Known): string[] => {
  const key = rst !== null && areTelling(rst) ? numbersKey(rst) : null
  return key === null ? [] : [key]
}

type Two = { sent: Known; came: Known }

/** Pairs that need no clock: as often as a RST with these ends and numbers was sent, so often one came. */
const countedOff = (sent: readonly Known[], came: readonly Known[], keysOf: (of: Known) => string[]): Two[] => {
  const arrived = grouped(came, keysOf)
  return [...grouped(sent, keysOf)].flatMap(([key, group]) => {
    const others = arrived.get(key) ?? []
    if (others.length !== group.length) return []
    return group.flatMap((one, index) => (others[index] === undefined ? [] : [{ sent: one, came: others[index] }]))
  })
}

// One pair is found by each of its names.
const distinct = (pairs: readonly Two[]): Two[] => {
  const seen = new Set<Known>()
  return pairs.filter(({ sent }) => seen.size < seen.add(sent).size)
}

const grouped = <T>(of: readonly T[], keysOf: (one: T) => readonly string[]): Map<string, T[]> => {
  const groups = new Map<string, T[]>()
  for (const one of of)
    for (const key of new Set(keysOf(one))) {
      const group = groups.get(key)
      if (group === undefined) groups.set(key, [one])
      else group.push(one)
    }
  return groups
}

const pairOf = ({ sent, came }: Two): Pair => ({
  from: sent.half.host,
  to: came.half.host,
  sent: sent.at,
  came: came.at,
})

/** How well two halves fit, the best first: the number of a sign, then how far their times are apart. */
type Candidate = Two & { by: MatchedBy; rank: number; travel: number }

const choose = (sent: readonly Known[], came: readonly Known[], clocks: readonly ClockOffset[]): Match[] => {
  const aheadOf = ({ half: { host } }: Known) => clocks[host]?.ahead
  const travelOf = (one: Known, other: Known): number | undefined => {
    const [here, there] = [aheadOf(one), aheadOf(other)]
    if (one.half.host === other.half.host) return other.at - one.at
    return here === undefined || there === undefined ? undefined : other.at - one.at - (there - here)
  }
  const used = new Set<Known>()
  const found: Match[] = []
  const take = (candidates: readonly Candidate[]) => {
    for (const { sent: one, came: other, by, travel } of candidates.toSorted(byFit)) {
      if (used.has(one) || used.has(other)) continue
      used.add(one).add(other)
      found.push({ sent: one.half, came: other.half, by, travel })
    }
  }
  const arrived = grouped(came, ({ keys }) => keys)
  take(sent.flatMap((one) => byEnds(one, arrived, travelOf)))
  const left = came.filter((other) => !used.has(other))
  take(
    byNumber(
      sent.filter((one) => !used.has(one)),
      left,
      travelOf,
    ),
  )
  return found
}

const byFit = (a: Candidate, b: Candidate) => a.rank - b.rank || Math.abs(a.travel) - Math.abs(b.travel)

type TravelOf = (one: Known, other: Known) => number | undefined

const RANK = { exact: 0, near: 1, unknown: 2 } as const

const byEnds = (one: Known, arrived: ReadonlyMap<string, readonly Known[]>, travelOf: TravelOf): Candidate[] =>
  one.keys
    .flatMap((key) => nearest(arrived.get(key) ?? [], one, travelOf))
    .flatMap((other): Candidate[] => {
      const agreed = agreement(one.half.rst, other.half.rst)
      const travel = travelOf(one, other)
      // Without a clock only equal numbers tell.
      if (agreed === undefined || (travel === undefined && agreed !== 'exact')) return []
      const most = agreed === 'exact' ? LONGEST_NS : LONGEST_UNNUMBERED_NS
      if (travel !== undefined && !isTime(travel, most)) return []
      const by = one.keys[0] === other.keys[0] ? 'tuple' : 'nat'
      return [{ sent: one, came: other, by, rank: RANK[agreed], travel: travel ?? 0 }]
    })

/** Of those in order of time, the ones that came next to when one was sent. */
const nearest = (arrived: readonly Known[], one: Known, travelOf: TravelOf): readonly Known[] => {
  if (arrived.length <= MOST_WEIGHED) return arrived
  let [first, behind] = [0, arrived.length]
  while (first < behind) {
    const middle = (first + behind) >> 1
    const other = arrived[middle]
    if (other !== undefined && (travelOf(one, other) ?? other.at - one.at) < 0) first = middle + 1
    else behind = middle
  }
  return arrived.slice(Math.max(0, first - MOST_WEIGHED / 2), first + MOST_WEIGHED / 2)
}

/** Where NAT between the hosts is known to none: numbers that only these two have, at about the same time. */
const byNumber = (sent: readonly Known[], came: readonly Known[], travelOf: TravelOf): Candidate[] => {
  const some = ({ half: { rst } }: Known) => {
    const key = rst !== null && areSome(rst) ? numbersKey(rst) : null
    return key === null ? [] : [key]
  }
  const arrived = grouped(came, some)
  const candidates = sent.flatMap((one) =>
    some(one)
      .flatMap((key) => arrived.get(key) ?? [])
      .flatMap((other): Candidate[] => {
        const travel = travelOf(one, other)
        if (travel === undefined || !isTime(travel, LONGEST_UNNUMBERED_NS)) return []
        if (one.half.rst === null || !(areTelling(one.half.rst) || shareAnEnd(one, other))) return []
        return [{ sent: one, came: other, by: 'numbers', rank: 0, travel }]
      }),
  )
  const alone = (of: (candidate: Candidate) => Known) => {
    const counts = new Map<Known, number>()
    for (const candidate of candidates) counts.set(of(candidate), (counts.get(of(candidate)) ?? 0) + 1)
    return (candidate: Candidate) => counts.get(of(candidate)) === 1
  }
  const [oneSender, oneReceiver] = [alone((of) => of.sent), alone((of) => of.came)]
  return candidates.filter((candidate) => oneSender(candidate) && oneReceiver(candidate))
}

// NAT leaves one end of a connection as it is, but where it changes both.
const shareAnEnd = (one: Known, other: Known) =>
  one.wires.some((wire) =>
    other.wires.some(
      ({ from, fromPort, to, toPort }) =>
        (wire.from === from && wire.fromPort === fromPort) || (wire.to === to && wire.toPort === toPort),
    ),
  )
