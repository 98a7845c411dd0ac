// SPDX-License-Identifier: MIT
// What the holes of the files in probes/ are filled with.
import type { Filter } from '../filter/filter.ts'
import { renderFilter, renderTranslated } from '../filter/render.ts'
import type { Btf } from '../host/btf.ts'
import { NAT_MARK } from '../host/natMark.ts'
import { body, type Holes } from './fill.ts'
import { dropHoles, type Part } from './parts.ts'

/** What is read from probes/, by file name. */
export type ReadProbe = (file: string) => string

/** Flows whose facts the kernel side keeps; below MAP_KEYS, since a full map drops what it is given. */
const MAX_FLOWS = 60_000

/** How soon after a time-wait was refused its connection ends: tcp_done is called at once, but an emulated machine may translate it first. In nanoseconds. */
const SOON_NS = 50_000_000

/** The files of probes/fragments/: each is what the hole of its name is filled with. */
export const FRAGMENTS = [
  'begun',
  'dropped_rst',
  'ended',
  'ended_slot',
  'enter',
  'first_ports',
  'forget_sample',
  'forget_sock',
  'is_request',
  'lookup4',
  'lookup6',
  'of_conntrack',
  'of_request',
  'of_skb',
  'of_sock',
  'own_lines',
  'pass',
  'recall',
  'remember',
  'sampled',
  'sent_at_once',
  'skb_ends',
  'skb_headers',
  'skb_ports',
  'skb_where',
  'slot',
  'sock_ends',
  'who',
] as const

/**
 * What a program remembers between events, by the files that it has: the flow of each segment, segments for request sockets,
 * when this host last replied with a RST, which connections the filter selects by another tuple, a sample of the segments
 * of each socket, the last RST that came in, whether the last time-wait was refused.
 */
export type Memory = Readonly<
  Record<'flows' | 'requests' | 'replies' | 'nat' | 'made' | 'arrivals' | 'refusals', boolean>
>

/**
/**
 * What every file's holes are filled with, whatever it is attached to, by what the program remembers.
 */
export const sharedHoles = (
  filter: Filter,
  { flows, requests, replies, nat, made, arrivals, refusals }: Memory,
  readProbe: ReadProbe,
): Holes => {
  const fragments = Object.fromEntries(FRAGMENTS.map((name) => [name, body(readProbe(`fragments/${name}.bt`))]))
  const flowFact = (map: string) => (flows ? `(uint64)@${map}[$s0, $s1, $d0, $d1, $ports, $netns]` : '0')
  const { ports, addresses, netns, peer, all } = renderFilter(filter)
  const { server, client } = renderTranslated(filter)
  const translated = '@nat[$s0, $s1, $d0, $d1, ($sport << 16) | $dport] != 0'
  const ends = `${ports} && ${addresses}`
  return {
    ...fragments,
    ...(asksPorts(filter) || nat ? {} : { first_ports: '' }),
    ...(requests ? {} : { is_request: '$request = (uint64)0;' }),
    match: nat ? `(${all} || (${netns} && ${translated}))` : all,
    match_ports: ports,
    match_addresses: nat ? `((${ends}) || ${translated})` : addresses,
    match_ends: nat ? `((${ends}) || ${translated})` : ends,
    match_netns: netns,
    match_peer: peer,
    match_first: nat ? `(${ports} || @nat_ports[($sport << 16) | $dport] != 0)` : ports,
    match_segment: '1',
    selects_server: server,
    selects_client: client,
    nat_mark: String(NAT_MARK),
    wanted: '1',
    when: '1',
    sent: '',
    dropped: '',
    dropped_by_tcp: '0',
    dropped_sk: '0',
    found: '$skb->sk',
    l3: '(uint64)$skb->network_header',
    reason: '-1',
    max_flows: String(MAX_FLOWS),
    own_rst: replies ? '(uint64)(nsecs - @own_rst)' : '0',
    ...(arrivals ? { dropped_sk: '(@arrived[cpu].0 == $skbaddr ? @arrived[cpu].1 : 0)' } : {}),
    forget_made: made ? '/*{forget_sample}*/' : '',
    time_wait: refusals ? `(nsecs - @refused[cpu] < ${SOON_NS} ? (uint64)2 : (uint64)1)` : '(uint64)0',
    forget_refused: refusals ? '@refused[cpu] = (uint64)0;' : '',
    made: made ? '@made[$skaddr]' : '0',
    may_be_rst: '(*(uint8 *)($head + (uint64)$skb->transport_header + 13) & 4) != 0',
    flow_ttl: flowFact('ttl'),
    flow_other_ttl: flowFact('other_ttl'),
    flow_packets: flowFact('packets'),
    flow_last: flowFact('last'),
  }
}

/** Whether the filter asks for addresses or ports, which NAT may change. */
export const asksEnds = (filter: Filter): boolean =>
  asksPorts(filter) ||
  [filter.saddr, filter.notSaddr, filter.daddr, filter.notDaddr].some((prefixes) => prefixes.length > 0)

const asksPorts = ({ sport, notSport, dport, notDport }: Filter) =>
  [sport, notSport, dport, notDport].some((ranges) => ranges.length > 0)

/** What depends on the functions that a part attaches to: twins of two families take their arguments alike. */
export const functionHoles = (btf: Btf, functions: readonly string[], machine?: string): Holes => {
  const argument = (parameter: string) => register(btf.functions[functions[0] ?? '']?.indexOf(parameter) ?? -1)
  const reason = argument('reason')
  return {
    sk: 'arg0',
    attach: functions.map((name) => `kprobe:${name}`).join(', '),
    attach_return: functions.map((name) => `kretprobe:${name}`).join(', '),
    // A register holds 64 bits and the enum 32: what lies above is whatever was there.
    reason: reason === '0' ? '-1' : `(${reason} & 0xffffffff)`,
    // On 5.10 tcp_reset takes no segment.
    skb: argument('skb'),
    req: argument('req'),
    tw: argument('tw'),
    child: argument('child'),
    new: argument('new'),
    // At its first instruction a function of arm64 has not put the address to which it returns on the stack yet, so the stack
    // lacks its caller (arch/arm64/kernel/stacktrace.c, kunwind_init_from_regs): it is in the link register.
    caller: machine === 'aarch64' && functions.length > 0 ? 'reg("r30")' : '',
  }
}

/** The register with this argument, or 0 where the function does not take it. */
export const register = (index: number): string => (index < 0 ? '0' : `arg${index}`)

/** What depends on the tracepoint that a part attaches to. */
export const tracepointHoles = (btf: Btf, { tracepoint = ['', ''], holes = {} }: Part): Holes => ({
  attach: `tracepoint:${tracepoint.join(':')}`,
  ...('sk_rst_reason' in btf.enums && tracepoint[1] === 'tcp_send_reset' ? { reason: '(uint64)args->reason' } : {}),
  ...(tracepoint[1] === 'kfree_skb' ? dropHoles(btf) : {}),
  ...holes,
})
