// SPDX-License-Identifier: MIT
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { Kind } from '../observation.ts'

/** A connection that NAT has changed: the tuple of its first packet, and that of the answers. */
export type Translated = Pick<Kind<'nat'>, 'reply'> & { original: Kind<'nat'>['reply']; family: 4 | 6 }

/**
 * The connection of one line of /proc/net/nf_conntrack (net/netfilter/nf_conntrack_standalone.c, ct_seq_show); undefined for
 * what is no TCP, not translated, or not understood. Each tuple is `src= dst= sport= dport=`, the original one first; marks
 * and a security label, which may be any text, come behind both.
 */
export const readConntrackLine = (line: string): Translated | undefined => {
  const [, words = ''] = /^(?:ipv4|ipv6) +\d+ +tcp +6 (.*)/.exec(line) ?? []
  const [original, reply] = [...words.matchAll(TUPLE)].flatMap(({ groups = {} }) => tupleOf(groups) ?? [])
  if (original === undefined || reply === undefined || familyOf(original) !== familyOf(reply)) return undefined
  const isTranslated =
    original.saddr !== reply.daddr ||
    original.daddr !== reply.saddr ||
    original.sport !== reply.dport ||
    original.dport !== reply.sport
  return isTranslated ? { family: familyOf(original), original, reply } : undefined
}

const TUPLE = /\bsrc=(?<src>[\d.a-f:]+) dst=(?<dst>[\d.a-f:]+) sport=(?<sport>\d{1,5}) dport=(?<dport>\d{1,5})(?= |$)/g

const tupleOf = ({ src = '', dst = '', sport, dport }: Record<string, string>): Kind<'nat'>['reply'] | undefined => {
  const ends = { saddr: addressOf(src), sport: Number(sport), daddr: addressOf(dst), dport: Number(dport) }
  const { saddr, daddr } = ends
  if (saddr === undefined || daddr === undefined || isIP(saddr) !== isIP(daddr)) return undefined
  return ends.sport <= 65535 && ends.dport <= 65535 ? { ...ends, saddr, daddr } : undefined
}

// The file has IPv6 with all its zeros; an Observation has it as everywhere else.
const addressOf = (text: string) => (isIP(text) === 0 ? undefined : ipaddr.parse(text).toString())

const familyOf = ({ saddr }: Kind<'nat'>['reply']) => (saddr.includes(':') ? 6 : 4)
