// SPDX-License-Identifier: MIT
import { endpoint } from '../flow/tuple.ts'
import type { Verdict } from '../verdict/verdict.ts'
import type { Value } from './columns.ts'

/** What is below `nat`, in order, by name, and what it means: named as the verdict's own fields are. */
export const NAT_FIELDS = {
  saddr: "the peer's address there",
  sport: "the peer's port there",
  daddr: 'the address there in the place of `daddr`',
  dport: 'the port there in the place of `dport`',
  netns: 'the network namespace that translates',
} as const

/** The other tuple of a connection that NAT has changed, beyond every translation that is known; undefined without any. */
export const nat = ({ nat: hops }: Verdict): Value => {
  const last = hops.at(-1)
  if (last === undefined) return undefined
  const { saddr, sport, daddr, dport, netns } = last
  return { saddr, sport, daddr, dport, netns } satisfies Record<keyof typeof NAT_FIELDS, Value>
}

/** `NAT: 192.0.2.2:40000 > 192.0.2.254:32193 in netns 4026532500`, in the same direction; empty without NAT. */
export const natText = ({ nat: hops }: Verdict): string => {
  const last = hops.at(-1)
  return last === undefined
    ? ''
    : `NAT: ${endpoint(last.saddr, last.sport)} > ${endpoint(last.daddr, last.dport)} in netns ${last.netns}`
}
