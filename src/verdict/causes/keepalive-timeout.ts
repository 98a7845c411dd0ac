// SPDX-License-Identifier: MIT
import type { Socket } from '../../observation.ts'
import { nanosecondsBetween, spanText } from '../../time.ts'
import { calledBy, stackText } from '../caller.ts'
import type { Cause } from '../cause.ts'
import { isOrphan } from '../closer.ts'
import { certain, type Rule } from '../rule.ts'

const cause = {
  id: 'keepalive-timeout',
  who: 'local-kernel',
  outcome: 'sent',
  brief: 'the peer answered no keepalive probe, or nothing within TCP_USER_TIMEOUT',
  means:
    'The peer did not answer keepalive probes, or not within TCP_USER_TIMEOUT, and the kernel gave up the connection.',
  usually: 'The peer is powered off or unplugged, its address moved, or a firewall on the path drops the segments.',
  next: [
    'is the peer reachable from here (ping, traceroute), and does it know the connection (ss -tn there)?',
    'net.ipv4.tcp_keepalive_time, _intvl and _probes, or the options of the socket: ss -tno shows its timers',
  ],
  rstReasons: ['TCP_KEEPALIVE_TIMEOUT'],
} as const satisfies Cause

/** tcp_keepalive_timer calls tcp_send_active_reset for probes or TCP_USER_TIMEOUT (net/ipv4/tcp_timer.c). */
export const keepaliveTimeout = {
  cause,
  explain: (reset) => {
    if (calledBy(reset) !== 'keepalive' || (isOrphan(reset) && reset.stateBefore === 'FIN_WAIT2')) return undefined
    const { at, socket, flow } = reset.reset
    return certain(
      whyText(socket),
      `tcp_send_active_reset ran in the keepalive timer (${stackText(reset)}), with the socket in ${reset.stateBefore}`,
      ...(socket?.probes_out === undefined ? [] : [`${socket.probes_out} keepalive probes were unanswered`]),
      ...(socket?.user_timeout === undefined || socket.user_timeout === 0
        ? []
        : [`TCP_USER_TIMEOUT is ${socket.user_timeout} ms`]),
      ...(flow?.last === undefined
        ? []
        : [`the peer's last segment had come ${spanText(nanosecondsBetween(at, flow.last))} earlier`]),
    )
  },
} satisfies Rule

// The timer has one limit or the other: TCP_USER_TIMEOUT where it is set (net/ipv4/tcp_timer.c, tcp_keepalive_timer).
const whyText = (socket: Socket | null) => {
  if (socket?.user_timeout !== undefined && socket.user_timeout > 0)
    return `no answer in TCP_USER_TIMEOUT, ${socket.user_timeout} ms`
  const probes = socket?.probes_out
  return `no answer to ${probes === undefined ? '' : `${probes} `}keepalive probe${probes === 1 ? '' : 's'}`
}
