// SPDX-License-Identifier: MIT
// The RST that this host sends without its application's doing: a table for each rule, of what it explains and its
// neighbours.
import { expect, test } from 'vitest'
import type { Case } from '../../src/flow/case.ts'
import type { Kind, Socket } from '../../src/observation.ts'
import { judge } from '../../src/verdict/judge.ts'
import { at, briefly, caseOf, flow, socket, task } from '../samples.ts'

const KEEPALIVE = ['tcp_keepalive_timer', 'call_timer_fn', '__do_softirq']
const CLOSE = ['__tcp_close', 'tcp_close', 'inet_release', '__x64_sys_close']
const RETRANSMISSION = ['tcp_out_of_resources', 'tcp_write_timeout', 'tcp_retransmit_timer', 'tcp_write_timer_handler']
const KILL = ['tcp_abort', 'tcp_diag_destroy', 'inet_diag_cmd_exact', 'inet_diag_handler_cmd']

type Over = Partial<Socket> & { stateBefore?: string | null; reset?: Partial<Kind<'reset'>> }

/** tcp_send_active_reset for a socket, `stateBefore` being its own unless close() had set CLOSE before. */
const sent = (stack: string[], { stateBefore, reset, ...over }: Over = {}) => {
  const on = socket({ dead: false, linger2: 0, ...over })
  return caseOf(
    { fn: 'tcp_send_active_reset', segment: null, socket: on, stack: ['tcp_send_active_reset', ...stack], ...reset },
    stateBefore === undefined ? {} : { stateBefore },
  )
}

/** close() that has orphaned a socket, which was in `stateBefore`. */
const orphaned = (stateBefore: string | null, over: Over = {}) =>
  sent(CLOSE, { state: 'CLOSE', dead: true, stateBefore, ...over })

type Row = [string, Case, string]
const told = (reset: Case) => briefly(judge(reset))

test.each<Row>([
  ['in ESTABLISHED', sent(KEEPALIVE), 'keepalive-timeout, certain'],
  ['in CLOSE_WAIT', sent(KEEPALIVE, { state: 'CLOSE_WAIT' }), 'keepalive-timeout, certain'],
  ['in FIN_WAIT2, half-closed', sent(KEEPALIVE, { state: 'FIN_WAIT2' }), 'keepalive-timeout, certain'],
  ['of an orphan in FIN_WAIT1', sent(KEEPALIVE, { state: 'FIN_WAIT1', dead: true }), 'keepalive-timeout, certain'],
  ['of an orphan in FIN_WAIT2', sent(KEEPALIVE, { state: 'FIN_WAIT2', dead: true }), 'fin-wait2-timeout, certain'],
  ['on the back of a close()', sent([...KEEPALIVE, ...CLOSE], { rcv_nxt: 1005 }), 'keepalive-timeout, certain'],
  ['from another timer', sent(['tcp_delack_timer', 'call_timer_fn']), 'unknown'],
  ['of another function', sent(KEEPALIVE, { reset: { fn: 'tcp_v4_send_reset' } }), 'unknown'],
])('keepalive-timeout: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test.each<Row>([
  ['an orphan in FIN_WAIT2', sent(KEEPALIVE, { state: 'FIN_WAIT2', dead: true }), 'fin-wait2-timeout, certain'],
  [
    'whatever its TCP_LINGER2',
    sent(KEEPALIVE, { state: 'FIN_WAIT2', dead: true, linger2: -1 }),
    'fin-wait2-timeout, certain',
  ],
  ['no orphan', sent(KEEPALIVE, { state: 'FIN_WAIT2', dead: undefined }), 'keepalive-timeout, certain'],
  ['by retransmission', sent(RETRANSMISSION, { state: 'FIN_WAIT2', dead: true }), 'out-of-memory, certain'],
])('fin-wait2-timeout: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test.each<Row>([
  ['in the retransmission timer', sent(RETRANSMISSION, { state: 'FIN_WAIT1', dead: true }), 'out-of-memory, certain'],
  ...['tcp_retransmit_timer', 'tcp_write_timer_handler', 'tcp_write_timer', 'tcp_probe_timer'].map((name): Row => [
    `in ${name}, the rest being inlined`,
    sent([name], { state: 'LAST_ACK', dead: true }),
    'out-of-memory, certain',
  ]),
  ['at close(), in FIN_WAIT1', orphaned('FIN_WAIT1'), 'out-of-memory, certain'],
  ['at close(), in LAST_ACK', orphaned('LAST_ACK'), 'out-of-memory, certain'],
  ['at close(), in FIN_WAIT2', orphaned('FIN_WAIT2'), 'out-of-memory, certain'],
  ['at close(), and data is unread', orphaned('FIN_WAIT1', { rcv_nxt: 1005 }), 'unknown'],
  ['at close(), and what is unread is not known', orphaned('FIN_WAIT1', { copied_seq: undefined }), 'unknown'],
  ['at close(), in a state not known', orphaned(null), 'unknown'],
  [
    'at close(), in FIN_WAIT2 with TCP_LINGER2 below 0',
    orphaned('FIN_WAIT2', { linger2: -1 }),
    'linger2-abort, certain',
  ],
  ['at close(), in FIN_WAIT2 with TCP_LINGER2 not known', orphaned('FIN_WAIT2', { linger2: undefined }), 'unknown'],
  [
    'at close(), in FIN_WAIT1 with TCP_LINGER2 not known',
    orphaned('FIN_WAIT1', { linger2: undefined }),
    'out-of-memory, certain',
  ],
  ['at close(), before it is an orphan', orphaned('FIN_WAIT1', { dead: false }), 'unknown'],
])('out-of-memory: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test.each<Row>([
  ['ss -K', sent(KILL), 'socket-killed, certain'],
  ['a BPF program', sent(['tcp_abort', 'bpf_sock_destroy', 'bpf_iter_run_prog']), 'socket-killed, certain'],
  ['somebody else', sent(['tcp_abort', 'x']), 'socket-killed, certain'],
  ['with unread data', sent(KILL, { rcv_nxt: 1005 }), 'socket-killed, certain'],
  ['an orphan in FIN_WAIT2', sent(KILL, { state: 'FIN_WAIT2', dead: true, linger2: -1 }), 'socket-killed, certain'],
  ['a name that begins so', sent(['tcp_abort_on_overflow']), 'unknown'],
])('socket-killed: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test('socket-killed: whoever asked for it stands beside the owner', () => {
  const ss = task({ comm: 'ss', pid: 99 })
  const owner = { how: 'socket' as const, pid: 812, comm: 'nginx', cgroup: null }
  const killed = judge(caseOf({ ...sent(KILL).reset, task: ss }, { owner }))
  expect({ by: killed.by, owner: killed.owner }).toEqual({ by: { pid: 99, comm: 'ss' }, owner })
  expect(judge(caseOf({ ...sent(KILL).reset, task: { ...ss, kthread: true } })).by).toBeNull()
  expect(judge(sent(['tcp_keepalive_timer'])).by).toBeNull()
})

test.each<Row>([
  ['a subflow', sent(['mptcp_subflow_reset', 'mptcp_incoming_options']), 'mptcp, certain'],
  ['subflow_ functions', sent(['subflow_finish_connect', 'tcp_rcv_state_process']), 'mptcp, certain'],
  ['with underscores', sent(['__mptcp_close_ssk', 'x']), 'mptcp, certain'],
  ['below tcp_disconnect', sent(['tcp_disconnect', 'mptcp_disconnect']), 'mptcp, certain'],
  ['a timer on its back', sent([...KEEPALIVE, 'mptcp_close']), 'keepalive-timeout, certain'],
  ['a name that has it in its middle', sent(['tcp_mptcp_x']), 'unknown'],
])('mptcp, of its own accord: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test.each<[string, Over, string, boolean]>([
  ['probes', { probes_out: 9 }, '9 keepalive probes were unanswered', true],
  ['TCP_USER_TIMEOUT', { user_timeout: 3000 }, 'TCP_USER_TIMEOUT is 3000 ms', true],
  ['TCP_USER_TIMEOUT of 0', { user_timeout: 0 }, 'TCP_USER_TIMEOUT', false],
  ['silence', { reset: { flow: flow({ last: at(250) }) } }, "the peer's last segment had come 750 ms earlier", true],
  ['silence of a flow not seen', { reset: { flow: null } }, "the peer's last segment", false],
])('keepalive: %s', (_, over, text, said) => {
  expect(judge(sent(KEEPALIVE, over)).because.join('\n').includes(text)).toBe(said)
})

test.each([
  [KILL, 'SOCK_DESTROY, as ss -K sends it, by ss[7]'],
  [['tcp_abort', 'bpf_sock_destroy'], 'a BPF program'],
  [['tcp_abort', 'x'], 'a request by ss[7]'],
])('who killed it: %#', (stack, who) => {
  const reset = sent(stack, { reset: { task: task({ pid: 7, comm: 'ss' }) } })
  expect(judge(reset).because[0]).toContain(`tcp_send_active_reset ran in tcp_abort, for ${who} (stack: `)
})
