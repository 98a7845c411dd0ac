// SPDX-License-Identifier: MIT

/** One kernel function or tracepoint that can be a step of the trail: what it takes, gives and tells. */
export type Traced = {
  name: string
  type: 'function' | 'tracepoint'
  /** The category of a tracepoint. */
  category?: string
  /** The families whose segments pass here. */
  families: '4' | '6' | '4, 6'
  /** The file of probes/ that asks it: by its segment, by its socket, by a 5-tuple in its arguments, or its own. */
  by: 'call_skb.bt' | 'call_sock.bt' | 'call_lookup.bt' | 'kfree_skb.bt'
  /** What the return value means. How it is written follows from its type in BTF. */
  returns: string
  tells: string
  cost: 'per packet' | 'per connection' | 'per reset' | 'per drop'
  /** Names of the arguments, for what BTF does not know: functions of modules, and copies that the compiler made. */
  signature?: readonly string[]
  /** The module that has it: it can be attached to only when that is loaded. */
  module?: string
  /** The compiler's copy that stands for it on a kernel without it. */
  copy?: string
  /** Part of what `--packets` shows. */
  packets?: true
}

const DELIVERED = '0, or for a drop 1, or -1 by netfilter'
const INLINED = 'it has passed PREROUTING; seldom called where the compiler inlined it'
const SOCKET = 'the socket, or NULL: none is there'
const ANSWER = '0: taken; else the segment was refused, and the caller sends RST (a drop reason from 6.12 on)'

/** Every step that a trace can be given with `--probe`, in the order in which a segment passes them. */
export const CATALOGUE: readonly Traced[] = [
  ...functions('call_skb.bt', 'per packet', [
    ['ip_rcv', '4', DELIVERED, 'a packet enters IPv4, before netfilter and NAT', 'packets'],
    [
      'ip_rcv_core',
      '4',
      'the packet, or NULL: dropped as malformed',
      'the same where packets come in lists, too',
      'packets',
    ],
    ['ip_rcv_finish', '4', DELIVERED, INLINED],
    ['ipv6_rcv', '6', DELIVERED, 'a packet enters IPv6, before netfilter and NAT', 'packets'],
    ['ip6_rcv_finish', '6', DELIVERED, INLINED],
    ['tcp_v4_early_demux', '4', 'an error of routing, else 0', 'its socket is looked up before it is routed'],
    ['tcp_v6_early_demux', '6', 'nothing', 'its socket is looked up before it is routed'],
    ['ip_local_deliver', '4', DELIVERED, 'it was routed to this host'],
    ['ip6_input', '6', DELIVERED, 'it was routed to this host'],
    ['tcp_v4_rcv', '4', '0, always', 'a segment enters TCP', 'packets'],
    ['tcp_v6_rcv', '6', '0, always', 'a segment enters TCP', 'packets'],
  ]),
  ...functions('call_lookup.bt', 'per packet', [
    ['__inet_lookup_established', '4', SOCKET, 'the table of connections is asked for a 5-tuple'],
    ['__inet6_lookup_established', '6', SOCKET, 'the table of connections is asked for a 5-tuple'],
  ]),
  ...functions('call_skb.bt', 'per connection', [
    ['__inet_lookup_listener', '4', SOCKET, 'the table of listeners is asked, since no connection was found'],
    ['inet6_lookup_listener', '6', SOCKET, 'the table of listeners is asked, since no connection was found'],
  ]),
  ...functions('call_skb.bt', 'per packet', [
    ['tcp_v4_do_rcv', '4', '0, always', 'a socket takes a segment', 'packets'],
    ['tcp_v6_do_rcv', '6', '0, always', 'a socket takes a segment', 'packets'],
    ['tcp_rcv_established', '4, 6', 'nothing', 'a segment for an established connection', 'packets'],
    ['tcp_rcv_state_process', '4, 6', ANSWER, 'a segment for a socket in any other state', 'packets'],
    [
      'tcp_validate_incoming',
      '4, 6',
      '1: acceptable; 0: dropped, or a RST that was obeyed',
      'seq, RST, SYN and PAWS are checked',
    ],
  ]),
  ...functions('call_skb.bt', 'per connection', [
    ['tcp_check_req', '4, 6', 'the child, the listener, or NULL: dropped', 'a segment for a request socket'],
    [
      'tcp_timewait_state_process',
      '4, 6',
      'SUCCESS 0, RST 1, ACK 2, SYN 3: what is to be done',
      'a segment for a TIME_WAIT socket',
    ],
  ]),
  ...functions('call_skb.bt', 'per reset', [
    ['tcp_reset', '4, 6', 'nothing', 'the connection is ended; without RST in the segment: data came after close'],
    ['tcp_v4_send_reset', '4', 'nothing', 'a RST is to answer a segment; nothing is sent if that has RST itself'],
    ['tcp_v6_send_reset', '6', 'nothing', 'a RST is to answer a segment; nothing is sent if that has RST itself'],
    ['nf_send_reset', '4', 'nothing', 'netfilter REJECT answers with RST', 'module nf_reject_ipv4'],
    ['nf_send_reset6', '6', 'nothing', 'netfilter REJECT answers with RST', 'module nf_reject_ipv6'],
  ]),
  ...functions('call_sock.bt', 'per reset', [
    ['tcp_send_active_reset', '4, 6', 'nothing', 'this host aborts a connection'],
    ['tcp_send_challenge_ack', '4, 6', 'nothing', 'a RST or SYN in the window, but not exact, is answered by ACK'],
    ['tcp_abort', '4, 6', '0, or an error', 'an administrator or BPF kills a socket'],
  ]),
  ...functions('call_sock.bt', 'per connection', [
    ['tcp_set_state', '4, 6', 'nothing', 'a socket changes its state; the one shown is that until then'],
    ['tcp_done', '4, 6', 'nothing', 'a connection is over'],
  ]),
  {
    name: 'kfree_skb',
    type: 'tracepoint',
    category: 'skb',
    families: '4, 6',
    by: 'kfree_skb.bt',
    returns: 'the drop reason, on kernels that have them (6.1 and later)',
    tells: 'a packet is dropped, and where',
    cost: 'per drop',
  },
]

type Row = readonly [
  name: string,
  families: Traced['families'],
  returns: string,
  tells: string,
  more?: 'packets' | `module ${string}`,
]

function functions(by: Traced['by'], cost: Traced['cost'], rows: readonly Row[]): Traced[] {
  return rows.map(([name, families, returns, tells, more]) => ({
    name,
    type: 'function',
    families,
    by,
    returns,
    tells,
    cost,
    ...(more === 'packets' ? { packets: true } : {}),
    ...(more?.startsWith('module ') === true
      ? { module: more.slice('module '.length), signature: ['net', 'sk', 'oldskb', 'hook'] }
      : {}),
    // gcc cut a parameter off it on 5.10 (net/ipv4/tcp_input.c), and BTF does not know the copy.
    ...(name === 'tcp_send_challenge_ack' ? { copy: `${name}.constprop.0`, signature: ['sk'] } : {}),
  }))
}

/** The names that `--packets` adds to a trace. */
export const PACKET_STEPS: readonly string[] = CATALOGUE.filter(({ packets }) => packets).map(({ name }) => name)

/** Kernel functions that the trail calls by their socket or segment take these for it. */
export const SEGMENT_ARGUMENTS: readonly string[] = ['skb', 'oldskb']
export const SOCKET_ARGUMENTS: readonly string[] = ['sk', 'tw']
