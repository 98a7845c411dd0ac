// SPDX-License-Identifier: MIT
import type { Cause } from '../cause.ts'
import { hasSyn, repliedByRequest, segmentText } from '../replied.ts'
import { certain, likely, type Rule } from '../rule.ts'
import { agoText, strayAfter, strayText } from '../stray.ts'

const cause = {
  id: 'accept-queue-overflow',
  who: 'local-app',
  outcome: 'sent',
  brief: 'a full accept queue',
  means:
    'A client completed its handshake while the accept queue of the listener was full. With net.ipv4.tcp_abort_on_overflow the RST comes at once; by default seconds later, when the dropped handshake is forgotten and the client sends on.',
  usually: 'The process does not call accept() fast enough: it hangs, is overloaded, or its backlog is small.',
  next: [
    'ss -ltn "sport = :PORT" shows the queue (Recv-Q) and its limit (Send-Q); nstat -az TcpExtListenOverflows',
    'raise the backlog of listen() and net.core.somaxconn; or find what keeps the process from accepting',
  ],
  rstReasons: ['INVALID_SYN'],
} as const satisfies Cause

/**
 * tcp_check_req at listen_overflow: the connection that a handshake made found no place, and with
 * net.ipv4.tcp_abort_on_overflow the request is reset (net/ipv4/tcp_minisocks.c).
 */
export const acceptQueueOverflow = {
  cause,
  explain: (reset) => {
    const found = repliedByRequest(reset)
    if (found === undefined || hasSyn(found.segment)) return undefined
    const { backlog = 0, limit } = found.socket
    if (limit === undefined || backlog <= limit) return undefined
    return certain(
      `accept queue full: ${backlog} waiting, limit ${limit}`,
      `${reset.reset.fn} ran in tcp_check_req, for ${segmentText(found.segment)} that completes a handshake: net.ipv4.tcp_abort_on_overflow is 1`,
      `the listener's accept queue was full: backlog ${backlog}, limit ${limit}`,
    )
  },
} satisfies Rule

/**
 * By default tcp_v4_syn_recv_sock makes no connection and tcp_check_req drops the ACK in silence; the client believes to be
 * connected. When the request has timed out (tcp_synack_retries), what the client sends meets the bare listener.
 */
export const acceptQueueOverflowLate = {
  cause,
  explain: (reset) => {
    const stray = strayAfter(reset, 'queue')
    if (stray === undefined) return undefined
    const { dropped = null } = reset.past.handshake ?? {}
    const rstReasons = ['NO_SOCKET', 'TCP_FLAGS']
    if (dropped === null) {
      const { backlog, limit } = stray.listener ?? {}
      return {
        ...likely(
          'queue full: its handshake seems dropped',
          `${strayText(reset, stray)}: no connection was made of the peer's handshake`,
          `the listener's accept queue is full: backlog ${backlog}, limit ${limit}; that the ACK was dropped was not seen`,
        ),
        rstReasons,
      }
    }
    const { backlog, limit } = dropped.socket ?? {}
    return {
      ...certain(
        'queue full: its handshake had been dropped',
        `${strayText(reset, stray)}: no connection was made of the peer's handshake`,
        `its ACK was dropped ${agoText(reset, dropped)}, the listener's accept queue being full: backlog ${backlog}, limit ${limit}`,
      ),
      rstReasons,
    }
  },
} satisfies Rule
