// SPDX-License-Identifier: MIT
// The RST that this host sends of its own accord: a table for each rule, of what it explains and its neighbours.
import { expect, test } from 'vitest'
import type { Case } from '../../src/flow/case.ts'
import type { Socket } from '../../src/observation.ts'
import { judge } from '../../src/verdict/judge.ts'
import { briefly, caseOf, socket, task } from '../samples.ts'

/** Call stacks of tcp_send_active_reset, from the inside out. */
const CLOSE = ['tcp_send_active_reset', '__tcp_close', 'tcp_close', 'inet_release', '__x64_sys_close']
const EXIT = ['tcp_send_active_reset', '__tcp_close', 'tcp_close', '__fput', 'task_work_run', 'do_exit']
const LINGER = ['tcp_send_active_reset', 'tcp_disconnect', '__tcp_close', 'tcp_close', 'inet_release']
const CONNECT = ['tcp_send_active_reset', 'tcp_disconnect', '__inet_stream_connect', 'inet_stream_connect']
const SHUTDOWN = ['tcp_send_active_reset', 'tcp_disconnect', 'inet_shutdown', '__sys_shutdown']
const LISTENER = ['tcp_send_active_reset', 'tcp_disconnect', 'inet_child_forget', 'inet_csk_listen_stop', '__tcp_close']
const KEEPALIVE = ['tcp_send_active_reset', 'tcp_keepalive_timer', 'call_timer_fn', '__do_softirq']

type Over = Partial<Socket> & {
  unread?: number
  stack?: string[]
  stateBefore?: string | null
  exit_code?: number | null
  closer?: null
}

/** A close() that left `unread` bytes, in a socket that was in `stateBefore`. */
const aborted = ({
  unread = 5,
  stack = CLOSE,
  stateBefore = 'ESTABLISHED',
  exit_code = null,
  closer,
  ...over
}: Over = {}) => {
  const by = task({ exit_code })
  const on = socket({ state: 'CLOSE', rcv_nxt: 1000, copied_seq: (1000 - unread) >>> 0, ...over })
  return caseOf(
    { fn: 'tcp_send_active_reset', segment: null, socket: on, task: by, stack, flow: null },
    { stateBefore, closer: closer === null ? null : by },
  )
}

const FAST = ['tcp_send_active_reset', 'mptcp_do_fastclose.part.0', '__mptcp_close', 'mptcp_close', 'inet_release']
/** The same close() by a thread of the kernel, with more of its stack. */
const byKernel = (over: Over, ...outer: string[]) => {
  const { reset, ...rest } = aborted(over)
  const by = task({ comm: 'kworker/0:1', kthread: true })
  return judge({ ...rest, closer: by, reset: { ...reset, task: by, stack: [...reset.stack, ...outer] } })
}

type Row = [string, Case, string]
const told = (reset: Case) => briefly(judge(reset))

test.each<Row>([
  ['close() with unread data', aborted(), 'unread-data-on-close, certain'],
  ['one unread byte', aborted({ unread: 1 }), 'unread-data-on-close, certain'],
  ['unread data over the wrap', aborted({ unread: 2000 }), 'unread-data-on-close, certain'],
  ['half-closed before', aborted({ stateBefore: 'FIN_WAIT2' }), 'unread-data-on-close, certain'],
  ['SO_LINGER on with time', aborted({ linger: true, lingertime: 100 }), 'unread-data-on-close, certain'],
  ['TCP_LINGER2 below 0', aborted({ stateBefore: 'FIN_WAIT2', linger2: -1 }), 'unread-data-on-close, certain'],
  ['of MPTCP', aborted({ unread: 0, stack: FAST }), 'unread-data-on-close, certain'],
  [
    'of MPTCP, inlined',
    aborted({ unread: 0, stack: FAST.toSpliced(1, 1, 'mptcp_do_fastclose') }),
    'unread-data-on-close, certain',
  ],
  [
    'of MPTCP, with SO_LINGER 0',
    aborted({ unread: 0, stack: FAST, linger: true, lingertime: 0 }),
    'unread-data-on-close, likely',
  ],
  ['of MPTCP, by its worker', aborted({ unread: 0, stack: [...FAST.slice(0, 2), 'mptcp_worker'] }), 'mptcp, certain'],
  [
    'a subflow, by its worker',
    aborted({ stack: [...CLOSE.slice(0, 2), '__mptcp_close_ssk', 'mptcp_worker'] }),
    'mptcp, certain',
  ],
  ['all read', aborted({ unread: 0 }), 'unknown'],
  ['by nobody known', aborted({ closer: null }), 'unknown'],
  ['no stack', aborted({ stack: [] }), 'unknown'],
  ['a socket without numbers', aborted({ rcv_nxt: undefined }), 'unknown'],
  ['an orphan already', aborted({ dead: true, stateBefore: 'FIN_WAIT1' }), 'unread-data-on-close, certain'],
  ...['CLOSE_WAIT', 'LAST_ACK', 'CLOSING'].flatMap((stateBefore): Row[] => [
    [`the peer's FIN alone in ${stateBefore}`, aborted({ unread: 1, stateBefore }), 'unknown'],
    [`data and FIN in ${stateBefore}`, aborted({ unread: 2, stateBefore }), 'unread-data-on-close, certain'],
  ]),
])('unread-data-on-close: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test.each<Row>([
  ['exit with unread data', aborted({ stack: EXIT, exit_code: 0 }), 'process-died, certain'],
  ['SIGKILL with unread data', aborted({ stack: EXIT, exit_code: 9 }), 'process-died, certain'],
  ['a stack too short for do_exit, of a task that exits', aborted({ exit_code: 9 }), 'process-died, certain'],
  [
    'its file given up to a worker',
    aborted({ closer: null, stack: [...CLOSE.slice(0, 4), '__fput', 'delayed_fput', 'process_one_work'] }),
    'process-died, likely',
  ],
  ['a task that goes on', aborted({ stack: EXIT }), 'unread-data-on-close, certain'],
  ['of MPTCP', aborted({ unread: 0, stack: [...FAST, 'do_exit'], exit_code: 9 }), 'process-died, certain'],
  ['all read', aborted({ stack: EXIT, exit_code: 0, unread: 0 }), 'unknown'],
  ['the FIN alone', aborted({ stack: EXIT, exit_code: 0, unread: 1, stateBefore: 'CLOSE_WAIT' }), 'unknown'],
  [
    'a timer on its back',
    aborted({ stack: [...KEEPALIVE, ...EXIT.slice(1)], exit_code: 9 }),
    'keepalive-timeout, certain',
  ],
])('process-died: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test.each<Row>([
  ['SO_LINGER 0', aborted({ stack: LINGER, unread: 0, linger: true, lingertime: 0 }), 'linger-zero, certain'],
  ['and unread data', aborted({ stack: LINGER, linger: true, lingertime: 0 }), 'linger-zero, certain'],
  [
    'at exit',
    aborted({ stack: [...LINGER, 'do_exit'], linger: true, lingertime: 0, exit_code: 9 }),
    'linger-zero, certain',
  ],
  ['SO_LINGER with time', aborted({ stack: LINGER, unread: 0, linger: true, lingertime: 100 }), 'unknown'],
  ['SO_LINGER off', aborted({ stack: LINGER, unread: 0, linger: false, lingertime: 0 }), 'unknown'],
  ['not below close()', aborted({ stack: SHUTDOWN, unread: 0, linger: true, lingertime: 0 }), 'unknown'],
])('linger-zero: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test.each<Row>([
  ['connect(AF_UNSPEC)', aborted({ stack: CONNECT }), 'disconnect, certain'],
  ['with SO_LINGER 0', aborted({ stack: CONNECT, linger: true, lingertime: 0 }), 'disconnect, certain'],
  [
    'a stack that ends in the system call',
    aborted({ stack: ['tcp_send_active_reset', 'tcp_disconnect', '__sys_connect_file'] }),
    'disconnect, certain',
  ],
  ['below something else', aborted({ stack: SHUTDOWN }), 'unknown'],
  ['a stack cut off before', aborted({ stack: CONNECT.slice(0, 2) }), 'unknown'],
  [
    'below MPTCP',
    aborted({ stack: ['tcp_send_active_reset', 'tcp_disconnect', 'mptcp_disconnect'] }),
    'mptcp, certain',
  ],
])('disconnect: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test.each<Row>([
  ['close() of the listener', aborted({ stack: LISTENER, unread: 0 }), 'listener-closed, certain'],
  ['with data for who waits', aborted({ stack: LISTENER }), 'listener-closed, certain'],
  ['with SO_LINGER 0', aborted({ stack: LISTENER, linger: true, lingertime: 0 }), 'listener-closed, certain'],
  [
    'inet_child_forget in one with its caller',
    aborted({ stack: LISTENER.filter((name) => name !== 'inet_child_forget') }),
    'listener-closed, certain',
  ],
  [
    'shutdown() of the listener',
    aborted({ stack: [...LISTENER.slice(0, 4), 'tcp_disconnect', 'inet_shutdown'] }),
    'listener-closed, certain',
  ],
  // ss -K of a listener: who asked for that is no application of the connection's.
  [
    'the listener was killed',
    aborted({ stack: [...LISTENER.slice(0, 4), 'tcp_abort', 'tcp_diag_destroy'] }),
    'socket-killed, certain',
  ],
])('listener-closed: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

const inFinWait2 = (over: Over = {}) =>
  aborted({ unread: 0, stateBefore: 'FIN_WAIT2', dead: true, linger2: -1, ...over })

test.each<Row>([
  ['an orphan in FIN_WAIT2', inFinWait2(), 'linger2-abort, certain'],
  ['whose data nobody read', inFinWait2({ unread: 5 }), 'unread-data-on-close, certain'],
  ['TCP_LINGER2 of 0', inFinWait2({ linger2: 0 }), 'out-of-memory, certain'],
  ['TCP_LINGER2 not known', inFinWait2({ linger2: undefined }), 'unknown'],
  ['in another state', inFinWait2({ stateBefore: 'FIN_WAIT1' }), 'out-of-memory, certain'],
  ['not an orphan yet', inFinWait2({ dead: false }), 'unknown'],
  ['from its timer', inFinWait2({ stack: KEEPALIVE }), 'fin-wait2-timeout, certain'],
])('linger2-abort, at close(): %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

/** A close() in CLOSE_WAIT with nothing unread but the peer's FIN. */
const readAll = (over: Over = {}) => aborted({ unread: 1, stateBefore: 'CLOSE_WAIT', dead: false, ...over })

test.each<Row>([
  ['close()', readAll(), 'spurious-close-reset, certain'],
  ['in LAST_ACK, after shutdown()', readAll({ stateBefore: 'LAST_ACK' }), 'spurious-close-reset, certain'],
  ['the end of a process', readAll({ stack: EXIT, exit_code: 9 }), 'spurious-close-reset, certain'],
  ['one byte unread', readAll({ unread: 2 }), 'unread-data-on-close, certain'],
  ['an orphan already', readAll({ stateBefore: 'LAST_ACK', dead: true }), 'out-of-memory, certain'],
  ['without a FIN', readAll({ unread: 0, stateBefore: 'ESTABLISHED' }), 'unknown'],
  ['with SO_LINGER 0', readAll({ stack: LINGER, linger: true, lingertime: 0 }), 'linger-zero, certain'],
])('spurious-close-reset: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test('counts the bytes, without the FIN', () => {
  const [, bytes] = judge(aborted({ unread: 17 })).because
  expect(bytes).toBe('17 bytes of the peer were unread: rcv_nxt 1000, copied_seq 983')
  expect(judge(aborted({ unread: 18, stateBefore: 'CLOSE_WAIT' })).because[1]).toMatch(/^17 bytes /)
  expect(judge(aborted({ unread: 2000 })).because[1]).toMatch(/^2000 bytes .* copied_seq 4294966296$/)
})

test.each([
  [0, 'exit(0)'],
  [256, 'exit(1)'],
  [9, 'signal 9'],
  [139, 'signal 11'],
])('exit_code %d is %s', (exit_code, text) => {
  expect(judge(aborted({ stack: EXIT, exit_code })).because[0]).toContain(`by ${text} (`)
  for (const stack of [LINGER, LISTENER]) {
    const { because } = judge(aborted({ stack, linger: true, lingertime: 0, exit_code }))
    expect(because).toContain(`the process was ending, by ${text}`)
  }
})

test('the closer is named, and where it came from', () => {
  for (const stack of [CLOSE, CONNECT, LISTENER])
    expect(judge(aborted({ stack })).because[0]).toContain(`by nginx[812] (stack: ${stack.join(' < ')})`)
})

test.each<[string, Over, string, string | undefined]>([
  ['unread-data-on-close', {}, 'iscsi_sw_tcp_release_conn', 'iscsi_tcp'],
  ['linger-zero', { stack: LINGER, linger: true, lingertime: 0 }, 'nvme_tcp_free_queue', 'nvme_tcp'],
  ['disconnect', { stack: CONNECT }, 'xs_tcp_shutdown', 'sunrpc'],
  ['socket-killed', { stack: ['tcp_send_active_reset', 'tcp_abort'] }, 'smc_close_active_abort', 'smc'],
  ['linger-zero', { stack: LINGER, linger: true, lingertime: 0 }, 'process_one_work', undefined],
])('%s of a socket of the kernel is no doing of an application: %j, %s', (cause, over, outer, module) => {
  const found = byKernel(over, outer)
  expect([found.cause, found.who, found.confidence]).toEqual([cause, 'local-kernel', 'certain'])
  expect(found.because).toContain(
    `kworker/0:1 is a thread of the kernel${module === undefined ? '' : `, and the socket is of ${module}`}`,
  )
})

test('listener-closed names nobody where a handshake ends on the back of a task', () => {
  const stack = ['tcp_send_active_reset', 'tcp_disconnect', 'inet_child_forget', 'inet_csk_reqsk_queue_add']
  const { cause, because } = judge(aborted({ stack, unread: 0, closer: null }))
  expect(cause).toBe('listener-closed')
  expect(because[0]).not.toContain('nginx')
  expect(because[0]).toContain('at the end of a handshake whose listener had just been closed')
})
