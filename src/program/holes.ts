// SPDX-License-Identifier: MIT
// The holes of the files in probes/, and what they are filled with.
import type { Filter } from '../filter/filter.ts'
import { renderFilter } from '../filter/render.ts'
import type { Btf } from '../host/btf.ts'
import type { Part } from './parts.ts'

/** What is read from probes/, by file name. */
export type ReadProbe = (file: string) => string

/** Flows whose facts the kernel side keeps; below MAP_KEYS, since a full map drops what it is given. */
const MAX_FLOWS = 60_000

/**
 * Puts values in the place of the defaults in the holes of a probe. A hole is a comment with `{name`, a default that keeps
 * the file whole, and a comment with `}`; a value of several lines keeps the hole's indent. Throws on a hole without one.
 */
export const fillHoles = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replaceAll(/^( *)(.*)$/gm, (line, indent: string) =>
    line.replaceAll(/\/\*\{(\w+)\*\/.*?\/\*\}\*\//g, (_, name: string) => {
      const value = values[name]
      if (value === undefined) throw new Error(`no value for the hole ${name}`)
      return value.replaceAll('\n', `\n${indent}`)
    }),
  )

/**
 * What of a file other files have in place of a hole: the lines between its two square marks, unindented; with a bar
 * among them, the lines above and below it.
 */
export const fragments = (text: string): string[] => {
  const lines = text.split('\n')
  const [from, to] = [lines.indexOf('  /*[*/'), lines.indexOf('  /*]*/')]
  if (from < 0 || to < from) throw new Error('no fragment: its two marks are not there')
  return lines
    .slice(from + 1, to)
    .map((line) => line.slice(2))
    .join('\n')
    .split('\n/*|*/\n')
}

// The ports that the filter asks for, read before all else: most packets are done with then. Both come in one piece.
const BOTH_PORTS = `$both = (uint64)*(uint32 *)($skb->head + $skb->transport_header);
$sport = (uint64)bswap((uint16)($both & 0xffff));
$dport = (uint64)bswap((uint16)($both >> 16));`
const firstLook = (ports: string): string => {
  const [sport, dport] = [ports.includes('$sport '), ports.includes('$dport ')]
  if (sport && dport) return BOTH_PORTS
  if (sport) return '$sport = (uint64)bswap(*(uint16 *)($skb->head + $skb->transport_header));'
  return dport ? '$dport = (uint64)bswap(*(uint16 *)($skb->head + $skb->transport_header + 2));' : ''
}

const IS_REQUEST = '(@request[cpu] == (((uint64)$th->seq << 32) | (uint64)$th->ack_seq) ? 1 : 0)'

/** What every file's holes are filled with, whatever it is attached to. */
export const sharedHoles = (
  filter: Filter,
  { flows, requests }: { flows: boolean; requests: boolean },
  readProbe: ReadProbe,
): Record<string, string> => {
  const flowFact = (map: string) => (flows ? `@${map}[$s0, $s1, $d0, $d1, $ports, $netns]` : '0')
  const { ports, addresses, netns, peer, all } = renderFilter(filter)
  const ofSkb = fragments(readProbe('of_skb.bt'))
  return {
    match: all,
    match_ports: ports,
    match_addresses: addresses,
    match_netns: netns,
    match_peer: peer,
    of_sock: fragments(readProbe('of_sock.bt')).join('\n'),
    of_skb: ofSkb.join('\n'),
    of_skb_ends: ofSkb[0] ?? '',
    of_skb_rest: ofSkb[1] ?? '',
    first_look: firstLook(ports),
    match_segment: '1',
    wanted: '1',
    found: '$skb->sk',
    request: requests ? IS_REQUEST : '0',
    max_flows: String(MAX_FLOWS),
    flow_ttl: flowFact('ttl'),
    flow_other_ttl: flowFact('other_ttl'),
    flow_packets: flowFact('packets'),
    flow_last: flowFact('last'),
  }
}

/** What depends on the functions that a part attaches to: twins of two families take their arguments alike. */
export const ownHoles = (btf: Btf, functions: readonly string[]) => {
  const argument = (parameter: string, absent: string) => {
    const index = btf.functions[functions[0] ?? '']?.indexOf(parameter) ?? -1
    return index < 0 ? absent : `arg${index}`
  }
  const reason = argument('reason', '-1')
  return {
    sk: 'arg0',
    when: '1',
    sent: '',
    attach: functions.map((name) => `kprobe:${name}`).join(', '),
    attach_return: functions.map((name) => `kretprobe:${name}`).join(', '),
    // A register holds 64 bits and the enum 32: what lies above is whatever was there.
    reason: reason === '-1' ? reason : `(${reason} & 0xffffffff)`,
    // On 5.10 tcp_reset takes no segment.
    skb: argument('skb', '0'),
    req: argument('req', '0'),
    tw: argument('tw', '0'),
    new: argument('new', '0'),
  }
}

/**
 * What depends on the tracepoint. A packet may not have come to the IP layer yet there: it may be no segment at all, its data
 * are all there is to its IP header (net/core/dev.c, __netif_receive_skb_core), and its ports are read behind that.
 */
export const tracepointHoles = (
  btf: Btf,
  { tracepoint, holes = {} }: Part,
  shared: Readonly<Record<string, string>>,
) => ({
  ...ownHoles(btf, []),
  attach: `tracepoint:${tracepoint?.join(':') ?? ''}`,
  ...('sk_rst_reason' in btf.enums && tracepoint?.[1] === 'tcp_send_reset' ? { reason: '(uint64)args->reason' } : {}),
  ...(tracepoint?.[1] === 'kfree_skb' ? { reason: dropReason(btf) } : {}),
  ...(holes['early'] === undefined
    ? {}
    : {
        first_look: '',
        // The socket is the sender's still (net/ipv4/ip_input.c, ip_rcv_core).
        found: '0',
        match_ports: '1',
        of_skb_ends: shared['of_skb_ends']?.replace('(uint64)$skb->network_header', '(uint64)$skb->data - $head') ?? '',
        match_segment: `($family == 4 || $family == 6) && $protocol == 6 && ${shared['match_ports']}`,
      }),
  ...holes,
})

/** Why a packet is dropped, where this kernel says it. */
export const dropReason = (btf: Btf): string => ('skb_drop_reason' in btf.enums ? 'args->reason' : '-1')
