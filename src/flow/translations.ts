// SPDX-License-Identifier: MIT
// Which other tuple NAT gave a connection. An entry of conntrack has the tuple of the first packet and that of the answers; the
// client's end of the connection sees the first one, the server's end the other one, each turned round.
import type { Kind } from '../observation.ts'
import { nanosecondsBetween, type Time } from '../time.ts'
import { createMemory } from './memory.ts'
import type { Tuple } from './tuple.ts'

/** A connection's other tuple, before NAT or after it, as the same end would name it; `netns` is where it was translated. */
export type Translation = Tuple

/** One end of a translated connection: its tuple as TCP has it there, and the other one. */
export type TranslatedEnd = { tuple: Tuple; other: Translation }

/** Both ends of the connection of an entry, the server's first. */
export const endsOf = ({ tuple, reply }: Pick<Kind<'nat'>, 'tuple' | 'reply'>): [TranslatedEnd, TranslatedEnd] => {
  const { family, netns } = tuple
  return [
    { tuple: { family, netns, ...turned(reply) }, other: tuple },
    { tuple: { family, netns, ...turned(tuple) }, other: { family, netns, ...reply } },
  ]
}

/** The addresses and ports of a packet. */
type Ends = Omit<Tuple, 'family' | 'netns'>

const turned = ({ saddr, sport, daddr, dport }: Ends): Ends => ({
  saddr: daddr,
  sport: dport,
  daddr: saddr,
  dport: sport,
})

/** By which an end is found: the network namespace of a socket is often another one than that of its translation. */
export const keyOf = ({ saddr, sport, daddr, dport }: Ends): string => `${saddr} ${sport} ${daddr} ${dport}`

/** Translations one behind the other that are followed, as of a node and of a container's own host. */
const MOST_HOPS = 4

/** Translations of one tuple that are kept, of different network namespaces or one after the other. */
const MOST_ALIKE = 4

/** The memory of translations. */
export type Translations = ReturnType<typeof createTranslations>

/** How long after its translation a connection begins, at most, in nanoseconds: its first packet goes on at once. */
const BEGINS_NS = 5_000_000_000

/** What is known of an end: its other tuple, and since when. */
type Known = { other: Translation; at: Time }

/** The connection that is asked for: when it began, where that is known, and whether a network namespace has that tuple itself. */
type Asked = { began?: Time | undefined; isHere?: (tuple: Tuple) => boolean }

/** Nothing is translated yet. */
export const createTranslations = () => {
  const ends = createMemory<readonly Known[]>()
  let none = true

  const learn = (nat: Kind<'nat'>) => {
    none = false
    for (const { tuple, other } of endsOf(nat)) {
      const key = keyOf(tuple)
      const before = (ends.get(key) ?? []).filter((known) => known.other.netns !== other.netns)
      ends.set(key, [...before.slice(1 - MOST_ALIKE), { other, at: nat.at }])
    }
  }

  /**
   * The other tuples of a connection, hop by hop; empty where no translation is known. A translation in a network namespace
   * that has the connection itself is of that one, and not of the same tuple elsewhere; and one that is much older than the
   * connection was of an earlier one with the same ports.
   */
  const of = (tuple: Tuple, { began, isHere = () => false }: Asked = {}): readonly Translation[] => {
    if (none) return []
    const hops: Translation[] = []
    for (let at = tuple; hops.length < MOST_HOPS;) {
      const known = (ends.get(keyOf(at)) ?? [])
        .filter((one) => began === undefined || nanosecondsBetween(began, one.at) < BEGINS_NS)
        .map(({ other }) => other)
      const next =
        known.find(({ netns }) => netns === at.netns) ??
        known.findLast(({ netns }) => hops.every((hop) => hop.netns !== netns) && !isHere({ ...at, netns }))
      if (next === undefined || keyOf(next) === keyOf(at)) break
      hops.push(next)
      at = next
    }
    return hops
  }

  return { learn, of }
}
