// SPDX-License-Identifier: MIT
import type { Cause } from '../cause.ts'
import { hasSyn, repliedByRequest, segmentText } from '../replied.ts'
import { certain, type Rule } from '../rule.ts'

const cause = {
  id: 'accept-queue-overflow',
  who: 'local-app',
  outcome: 'sent',
  brief: 'a full accept queue, with tcp_abort_on_overflow',
  means:
    'A client completed its handshake while the accept queue of the listener was full, and net.ipv4.tcp_abort_on_overflow is 1.',
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
      `${reset.reset.fn} ran in tcp_check_req, for ${segmentText(found.segment)} that completes a handshake: net.ipv4.tcp_abort_on_overflow is 1`,
      `the listener's accept queue was full: backlog ${backlog}, limit ${limit}`,
    )
  },
} satisfies Rule
