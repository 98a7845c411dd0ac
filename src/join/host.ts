// SPDX-License-Identifier: MIT
import { matches } from '../filter/match.ts'
import { filterOf } from '../filter/recorded.ts'
import { createMemory } from '../flow/memory.ts'
import { seesOf } from '../flow/sees.ts'
import type { Tuple } from '../flow/tuple.ts'
import type { Kind, Observation } from '../observation.ts'
import { nanoseconds } from '../time.ts'
import type { Verdict } from '../verdict/verdict.ts'
import type { Start } from '../format/sink.ts'
import { halfOf, placeless, type Half } from './half.ts'

/** One recording, as the join sees it. */
export type Host = {
  /** The name of the host that was traced, or of the file where that is not recorded or not the only one of its name. */
  name: string
  file: string
  halves: readonly Half[]
  /** Its NAT, to name connections of the other hosts by. */
  nat: readonly Kind<'nat'>[]
  /** Whether an address is that of a socket of this host. */
  has: (address: string) => boolean
  /** Whether anything was seen of a connection here. */
  knows: (tuple: Tuple) => boolean
  /** Whether the trace ran at that moment by this host's clock, and watched a connection with that tuple. */
  watched: (tuple: Tuple, wall: bigint) => boolean
  /** Whether every RST that this host sends, or that comes to it, would be told. */
  complete: { sends: boolean; arrivals: boolean }
}

/** Gathers a recording: `see` every Observation, `judged` every verdict. */
export type Gathering = {
  see: (observation: Observation) => void
  judged: (verdict: Verdict, start: Start) => void
  /** Undefined where no trace had begun. */
  host: () => Host | undefined
}

/** Translations of a recording that are kept: more than flow/ remembers of them is of no use. */
const MOST_NAT = 16_384

/** Begins to gather the recording of a file, the host of that number. */
export const createGathering = (number: number, file: string): Gathering => {
  const halves: Half[] = []
  const nat: Kind<'nat'>[] = []
  const addresses = new Set<string>()
  const known = createMemory<true>()
  let start: Kind<'start'> | undefined
  let last = 0n
  let lost = false
  return {
    see: (observation) => {
      if (observation.kind === 'start') start = observation
      if (observation.kind === 'lost') lost = true
      if (observation.kind === 'nat' && nat.push(observation) > MOST_NAT) nat.shift()
      if ('at' in observation && nanoseconds(observation.at) > last) last = nanoseconds(observation.at)
      if (!isOfEnd(observation)) return
      addresses.add(observation.tuple.daddr)
      known.set(placeless(observation.tuple), true)
    },
    judged: (verdict, { boot }) => halves.push(halfOf(verdict, number, boot)),
    host: () => {
      const begin = start
      if (begin === undefined) return undefined
      const boot = nanoseconds(begin.boot)
      const [begun, ended] = [nanoseconds(begin.at) + boot, last + boot]
      return {
        name: begin.host ?? file,
        file,
        halves,
        nat,
        has: (address) => addresses.has(address),
        knows: (tuple) => known.get(placeless(tuple)) === true,
        watched: (tuple, wall) => begun <= wall && wall <= ended && asksFor(begin, tuple),
        complete: { sends: !lost && seesSends(begin), arrivals: !lost && seesArrivals(begin) },
      }
    },
  }
}

/**
 * Whether this host itself is an end of what was seen: not what is forwarded or rejected on its way, nor a listener, of which a
 * filter leaves in those of other network namespaces.
 */
const isOfEnd = (
  observation: Observation,
): observation is Kind<'packet'> | Kind<'state'> | Kind<'owner'> | Kind<'reset'> =>
  ['packet', 'state', 'owner', 'reset'].includes(observation.kind) &&
  'fn' in observation &&
  !ON_THE_WAY.test(observation.fn) &&
  'tuple' in observation &&
  observation.tuple.sport !== 0

const ON_THE_WAY = /^n(?:f_|etif_)/

// Of a filter that is told in words nothing is known. Namespaces have other inodes on another host.
const asksFor = ({ filter }: Kind<'start'>, tuple: Tuple) =>
  typeof filter === 'object' && matches({ ...filterOf(filter), netns: [], notNetns: [] }, tuple)

/** The functions that send RST for a socket, for a segment of either family, and for a firewall. */
const SENDERS = ['tcp_send_active_reset', 'tcp_v4_send_reset', 'tcp_v6_send_reset', 'nf_ct_attach']

const seesSends = (start: Kind<'start'>) => {
  const { replies } = seesOf(start)
  return SENDERS.every((name) => start.probes.includes(name)) && replies[4] && replies[6]
}

const seesArrivals = ({ probes }: Kind<'start'>) => probes.includes('tcp_v4_rcv') && probes.includes('tcp_v6_rcv')

/** The hosts with a name each: that of the file where two have the same, and `host, file` where that is the same too. */
export const named = (hosts: readonly Host[]): Host[] =>
  hosts.map((host, number) => {
    const shared = (name: (of: Host) => string) => hosts.some((other, n) => n !== number && name(other) === name(host))
    if (!shared(({ name }) => name)) return host
    const name = shared(({ file }) => file) ? `${host.file} (${number + 1})` : host.file
    return { ...host, name }
  })
