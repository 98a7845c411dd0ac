// SPDX-License-Identifier: MIT
// The RST that this host sends without its application's doing: tcp_send_active_reset from a timer, for want of memory, by
// an administrator, or from MPTCP.
import type { Case } from '../flow/case.ts'
import { nanosecondsBetween, spanText } from '../time.ts'
import { unread } from './aborted.ts'
import { calledBy, stackText } from './caller.ts'
import { certain, type Rule } from './rule.ts'

const isOrphan = ({ reset: { socket } }: Case) => socket?.dead === true

export const keepaliveTimeout: Rule = {
  cause: 'keepalive-timeout',
  explain: (reset) => {
    if (calledBy(reset) !== 'keepalive' || (isOrphan(reset) && reset.stateBefore === 'FIN_WAIT2')) return undefined
    const { at, socket, flow } = reset.reset
    return certain(
      `tcp_send_active_reset ran in the keepalive timer (${stackText(reset)}), with the socket in ${reset.stateBefore}`,
      ...(socket?.probes_out === undefined ? [] : [`${socket.probes_out} keepalive probes were unanswered`]),
      ...(socket?.user_timeout === undefined || socket.user_timeout === 0
        ? []
        : [`TCP_USER_TIMEOUT is ${socket.user_timeout} ms`]),
      ...(flow === null
        ? []
        : [`the peer's last segment had come ${spanText(nanosecondsBetween(at, flow.last))} earlier`]),
    )
  },
}

export const finWait2Timeout: Rule = {
  cause: 'fin-wait2-timeout',
  explain: (reset) =>
    calledBy(reset) === 'keepalive' && isOrphan(reset) && reset.stateBefore === 'FIN_WAIT2'
      ? certain(
          `tcp_send_active_reset ran in the keepalive timer (${stackText(reset)}), for a socket in FIN_WAIT2 that no process has any more`,
          'the peer had not sent its FIN in the time that net.ipv4.tcp_fin_timeout gave when the timer was set',
        )
      : undefined,
}

export const outOfMemory: Rule = {
  cause: 'out-of-memory',
  explain: (reset) => {
    const caller = calledBy(reset)
    if (caller === 'retransmission') {
      return certain(
        `tcp_send_active_reset ran in the retransmission timer (${stackText(reset)}): it does so for orphans alone, when there are too many of them or TCP's memory is used up`,
      )
    }
    // __tcp_close has orphaned the socket; from there on it resets for TCP_LINGER2 in FIN_WAIT2, and for this.
    const { socket } = reset.reset
    const linger2 = reset.stateBefore === 'FIN_WAIT2' && !((socket?.linger2 ?? -1) >= 0)
    if (caller !== 'close' || !isOrphan(reset) || reset.stateBefore === null || linger2) return undefined
    if (socket?.copied_seq === undefined || unread(reset) > 0) return undefined
    return certain(
      `tcp_send_active_reset ran in close(), after the socket in ${reset.stateBefore} was made an orphan (${stackText(reset)}): there were too many orphans, or TCP's memory was used up`,
    )
  },
}

export const socketKilled: Rule = {
  cause: 'socket-killed',
  explain: (reset) => {
    if (calledBy(reset) !== 'abort') return undefined
    const { stack, task } = reset.reset
    const by = task === null ? '' : ` by ${task.comm}[${task.pid}]`
    const how = stack.includes('bpf_sock_destroy')
      ? 'a BPF program'
      : stack.includes('tcp_diag_destroy')
        ? `SOCK_DESTROY, as ss -K sends it,${by}`
        : `a request${by}`
    return certain(`tcp_send_active_reset ran in tcp_abort, for ${how} (${stackText(reset)})`)
  },
}

export const mptcpAbort: Rule = {
  cause: 'mptcp',
  explain: (reset) =>
    calledBy(reset) === 'mptcp'
      ? certain(`tcp_send_active_reset ran for MPTCP, on one of its subflows (${stackText(reset)})`)
      : undefined,
}
