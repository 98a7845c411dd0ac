// SPDX-License-Identifier: MIT
import { calledBy, stackText } from '../caller.ts'
import type { Case } from '../../flow/case.ts'
import type { Cause } from '../cause.ts'
import { closerText } from '../closer.ts'
import { kernelsOwn, kernelText } from '../kernelThread.ts'
import { certain, type Rule } from '../rule.ts'

const cause = {
  id: 'socket-killed',
  who: 'local-admin',
  outcome: 'sent',
  brief: '`ss -K`, SOCK_DESTROY, or a BPF program',
  means: 'Somebody with CAP_NET_ADMIN, or a BPF program, destroyed the socket.',
  usually:
    'ss -K by hand or by a script; a service mesh or a cluster network that ends connections to removed backends.',
  next: [
    'who ran ss -K, or sends SOCK_DESTROY? the verdict names the task where it is known',
    'bpftool prog list, for programs that call bpf_sock_destroy',
  ],
  rstReasons: ['TCP_STATE'],
} as const satisfies Cause

/**
 * tcp_abort calls tcp_send_active_reset (net/ipv4/tcp.c). Its callers are tcp_diag_destroy, for SOCK_DESTROY
 * (net/ipv4/tcp_diag.c), and bpf_sock_destroy (net/core/filter.c).
 */
export const socketKilled = {
  cause,
  explain: (reset) => {
    if (calledBy(reset) !== 'abort') return undefined
    const { stack, task } = reset.reset
    const by = task === null ? '' : ` by ${task.comm}[${task.pid}]`
    const how = stack.includes('bpf_sock_destroy')
      ? 'a BPF program'
      : stack.includes('tcp_diag_destroy')
        ? `SOCK_DESTROY, as ss -K sends it,${by}`
        : `a request${by}`
    return {
      ...certain(
        whyText(reset),
        `tcp_send_active_reset ran in tcp_abort, for ${how} (${stackText(reset)})`,
        ...kernelText(reset),
      ),
      ...kernelsOwn(reset),
      ...(task === null || task.kthread === true ? {} : { by: { pid: task.pid, comm: task.comm } }),
    }
  },
} satisfies Rule

const whyText = ({ reset: { stack, task } }: Case) =>
  stack.includes('bpf_sock_destroy')
    ? 'a BPF program destroyed the socket'
    : `${task === null ? 'somebody' : closerText(task)} killed the socket${stack.includes('tcp_diag_destroy') ? ', as by ss -K' : ''}`
