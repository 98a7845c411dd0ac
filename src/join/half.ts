// SPDX-License-Identifier: MIT
// What one end tells of one RST, and on which host.
import { tupleKey, type Tuple } from '../flow/tuple.ts'
import { nanoseconds, type Time } from '../time.ts'
import { didNotLeave } from '../verdict/ignored.ts'
import type { Verdict } from '../verdict/verdict.ts'

/** One end's verdict on a RST: what the join reads of it, so that a million take little memory. */
export type Half = Pick<
  Verdict,
  'outcome' | 'cause' | 'who' | 'confidence' | 'tuple' | 'state' | 'owner' | 'rst' | 'why' | 'nat'
> & {
  /** The number of the host that tells it: its place among those that are joined. */
  host: number
  /** When, by that host's own clock: nanoseconds since 1970. */
  wall: bigint
  /** It never left its host: the kernel dropped it on its way out, or it was for a socket there. */
  unsent: boolean
}

/** The half of a verdict that was given on a host whose machine booted at that moment since 1970. */
export const halfOf = (verdict: Verdict, host: number, boot: Time): Half => {
  const { outcome, cause, who, confidence, tuple, state, owner, rst, why, nat, at } = verdict
  const wall = nanoseconds(at) + nanoseconds(boot)
  return {
    host,
    wall,
    outcome,
    cause,
    who,
    confidence,
    tuple,
    state,
    owner,
    rst,
    why,
    nat,
    unsent: didNotLeave(verdict) || isToItself(verdict),
  }
}

// What REJECT answers a segment with that its own host was sending goes to that host's own socket.
const isToItself = ({ cause, because }: Verdict) =>
  cause === 'firewall-reject' && because.some((sentence) => sentence.endsWith("the RST went to this host's own socket"))

/** The ends of a RST as they stand in its header. */
export type Wire = { from: string; fromPort: number; to: string; toPort: number }

/** The RST of a half on the wire, by one of the tuples of its connection: a tuple is that of what arrives at its host. */
export const wireOf = (
  { outcome }: Pick<Half, 'outcome'>,
  { saddr, sport, daddr, dport }: Omit<Tuple, 'family'>,
): Wire =>
  outcome === 'sent'
    ? { from: daddr, fromPort: dport, to: saddr, toPort: sport }
    : { from: saddr, fromPort: sport, to: daddr, toPort: dport }

/** One string for the ends of a RST. */
export const wireKey = ({ from, fromPort, to, toPort }: Wire): string => `${from} ${fromPort} ${to} ${toPort}`

/** One string for a connection, whichever end names it. */
export const connectionKey = ({ from, fromPort, to, toPort }: Wire): string =>
  [`${from} ${fromPort}`, `${to} ${toPort}`].toSorted().join(' ')

/** The tuple that the other end of the connection has, where nothing between translates. */
export const mirrored = ({ family, saddr, sport, daddr, dport }: Tuple): Tuple => ({
  family,
  saddr: daddr,
  sport: dport,
  daddr: saddr,
  dport: sport,
  netns: 0,
})

/** A connection whatever the network namespace: inodes of two hosts say nothing of each other. */
export const placeless = (tuple: Tuple): string => tupleKey({ ...tuple, netns: 0 })
