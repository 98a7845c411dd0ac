// SPDX-License-Identifier: MIT
// Who called tcp_send_active_reset. The stack is read from the inside out: a timer or a softirq may interrupt a close()
// of another socket.
import type { Case } from '../flow/case.ts'

/** A way that leads to tcp_send_active_reset. */
export type Caller = 'abort' | 'keepalive' | 'retransmission' | 'mptcp' | 'listener' | 'linger' | 'connect' | 'close'

/** Whether the function is one of MPTCP (net/mptcp). */
export const isMptcp = (name = ''): boolean => /^_*(mptcp|subflow)_/.test(name)

/**
 * The functions that decide, each the innermost of its way (net/ipv4/tcp.c, tcp_timer.c, inet_connection_sock.c;
 * net/mptcp).
 */
const CALLERS: readonly (readonly [RegExp, Caller | ((outer: readonly string[]) => Caller | undefined)])[] = [
  [/^tcp_abort$/, 'abort'],
  [/^tcp_keepalive_timer$/, 'keepalive'],
  [/^(tcp_out_of_resources|tcp_retransmit_timer|tcp_write_timer\w*|tcp_probe_timer)$/, 'retransmission'],
  [/^_*(mptcp|subflow)_/, 'mptcp'],
  [/^(inet_csk_listen_stop|inet_child_forget)$/, 'listener'],
  [/^tcp_disconnect$/, (outer) => disconnecting(outer)],
  [/^__tcp_close$/, (outer) => (outer.includes('mptcp_worker') ? 'mptcp' : 'close')],
]

const disconnecting = (outer: readonly string[]): Caller | undefined => {
  // tcp_abort of a listener ends the connections in its queue by the path of a close().
  if (outer.includes('tcp_abort')) return 'abort'
  if (outer.some((name) => name === 'inet_csk_listen_stop' || name === 'inet_child_forget')) return 'listener'
  if (outer.some((name) => /^_*mptcp_/.test(name))) return 'mptcp'
  if (outer.includes('__tcp_close')) return 'linger'
  return outer.some((name) => /^(__inet_stream_connect|inet_stream_connect|__sys_connect\w*)$/.test(name))
    ? 'connect'
    : undefined
}

/** Which way led to the reset; undefined for another way, and for a reset that is not an active one. */
export const calledBy = ({ reset: { fn, stack } }: Case): Caller | undefined => {
  if (fn !== 'tcp_send_active_reset') return undefined
  for (const [index, name] of stack.entries()) {
    const caller = CALLERS.find(([pattern]) => pattern.test(name))?.[1]
    if (caller !== undefined) return typeof caller === 'string' ? caller : caller(stack.slice(index + 1))
  }
  return undefined
}

/**
 * Whether an application's close() of an MPTCP connection ends its subflows at once (net/mptcp/protocol.c, __mptcp_close):
 * with data unread; since 7.1 also for SO_LINGER 0. What MPTCP's worker ends so has run out of time.
 */
export const isFastClose = (reset: Case): boolean => {
  const { stack } = reset.reset
  return (
    calledBy(reset) === 'mptcp' &&
    stack.some((name) => name.startsWith('mptcp_do_fastclose')) &&
    stack.includes('__mptcp_close') &&
    !stack.includes('mptcp_worker')
  )
}

/** The stack from the reset outwards: up to the function `last`, or six frames. */
export const stackText = ({ reset: { stack } }: Case, last = ''): string =>
  `stack: ${stack.slice(0, stack.indexOf(last) + 1 || 6).join(' < ')}`
