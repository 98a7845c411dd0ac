// SPDX-License-Identifier: MIT

/** One kernel function or tracepoint that a trace can use: what it takes, what it gives and what it tells. */
export type Probe = {
  name: string
  /** `function` is attached by kprobe, `tracepoint` by its category and name. */
  type: 'function' | 'tracepoint'
  /** The file of probes/ that holds it. */
  file: string
  /** The functions that the file attaches to besides `name`. */
  also: readonly string[]
  /** What the return value means, or none. */
  returns: string
  tells: string
  cost: 'per packet' | 'per connection' | 'per reset'
}

/** Every probe of the tool, outermost first. The files of probes/ say more. */
export const CATALOGUE: readonly Probe[] = [
  {
    name: 'tcp_v4_rcv',
    type: 'function',
    file: 'tcp_v4_rcv.bt',
    also: [],
    returns: '0, always',
    tells: 'each arriving segment: the TTL of the flow, how long it was silent, RSTs that nobody obeyed',
    cost: 'per packet',
  },
  {
    name: 'tcp_v4_send_reset',
    type: 'function',
    file: 'tcp_v4_send_reset.bt',
    also: ['ip_send_unicast_reply'],
    returns: 'nothing',
    tells: 'this kernel answers a segment with RST: which segment, and which socket, if any',
    cost: 'per reset',
  },
  {
    name: 'tcp_send_active_reset',
    type: 'function',
    file: 'tcp_send_active_reset.bt',
    also: [],
    returns: 'nothing',
    tells: 'this host aborts a connection: the caller, the closer, what was unread',
    cost: 'per reset',
  },
  {
    name: 'tcp_reset',
    type: 'function',
    file: 'tcp_reset.bt',
    also: [],
    returns: 'nothing',
    tells: 'a RST is obeyed, or data came after close: the state until then, the sequence numbers',
    cost: 'per reset',
  },
  {
    name: 'inet_sock_set_state',
    type: 'tracepoint',
    file: 'inet_sock_set_state.bt',
    also: [],
    returns: 'nothing',
    tells: 'each change of state: the state before a reset, and who called connect()',
    cost: 'per connection',
  },
  {
    name: 'inet_csk_accept',
    type: 'function',
    file: 'inet_csk_accept.bt',
    also: [],
    returns: 'the socket, or NULL',
    tells: 'which process accepted a connection',
    cost: 'per connection',
  },
]
