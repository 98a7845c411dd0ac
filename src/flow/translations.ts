// SPDX-License-Identifier: MIT
// Which other tuple NAT gave a connection. An entry of conntrack has the tuple of the first packet and that of the answers; the
// client's end of the connection sees the first one, the server's end the other one, each turned round.
import type { Kind } from '../observation.ts'
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

/** Nothing is translated yet. */
export const createTranslations = () => {
  const ends = createMemory<readonly Translation[]>()

  const learn = (nat: Kind<'nat'>) => {
    for (const { tuple, other } of endsOf(nat)) {
      const key = keyOf(tuple)
      const before = (ends.get(key) ?? []).filter(({ netns }) => netns !== other.netns)
      ends.set(key, [...before.slice(1 - MOST_ALIKE), other])
    }
  }

  /**
   * The other tuples of a connection, hop by hop; empty where no translation is known. `isHere` tells of a tuple whether its
   * network namespace has that connection itself: then a translation there is of that one, and not of the same tuple elsewhere.
   */
  const of = (tuple: Tuple, isHere: (tuple: Tuple) => boolean = () => false): readonly Translation[] => {
    const hops: Translation[] = []
    for (let at = tuple; hops.length < MOST_HOPS;) {
      const known = ends.get(keyOf(at)) ?? []
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
