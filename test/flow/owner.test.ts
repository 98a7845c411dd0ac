// SPDX-License-Identifier: MIT
// Whose socket it was, for each way to a reset: the closer, who called connect(), accept() or listen(), or had it.
import { expect, test } from 'vitest'
import type { Tuple } from '../../src/flow/tuple.ts'
import type { Observation } from '../../src/observation.ts'
import { ACK, at, owner, reset, segment, socket, state, task, TUPLE } from '../samples.ts'
import { active, replied, only } from './cases.ts'

const CLOSER = { how: 'closer', pid: 812, comm: 'nginx', cgroup: null }
const SOCKET = { how: 'socket', pid: 5, comm: 'worker', cgroup: null }
const accepted = owner({ task: task({ pid: 5, comm: 'worker' }) })
const found = owner({ fn: 'proc', sk: null, task: task({ pid: 5, comm: 'worker' }) })
const taken = owner({ task: task({ pid: 5, comm: 'other' }) })
const inCgroup = owner({ task: task({ pid: 5, comm: 'worker', cgroup: '/web.slice' }) })
const connected = state({ to: 'SYN_SENT', from: 'CLOSE', task: task({ pid: 5, comm: 'worker' }) })

test.each([
  ['the task in close()', [], active(), CLOSER],
  ['the task in connect(AF_UNSPEC)', [], active({ stack: ['tcp_send_active_reset', 'tcp_disconnect'] }), CLOSER],
  ['the closer before who accepted', [accepted], active(), CLOSER],
  [
    'who accepted, when a timer resets',
    [accepted],
    active({ stack: ['tcp_send_active_reset', 'tcp_keepalive_timer'] }),
    SOCKET,
  ],
  [
    'nobody, when a handshake ends whose listener is gone',
    [],
    active({ stack: ['tcp_send_active_reset', 'tcp_disconnect', 'inet_child_forget', 'inet_csk_reqsk_queue_add'] }),
    null,
  ],
  [
    'who accepted, when a thread of the kernel closes the file',
    [accepted],
    active({ stack: ['tcp_send_active_reset', '__tcp_close', '__fput', 'delayed_fput'] }),
    SOCKET,
  ],
  [
    'the task in close() of an MPTCP connection',
    [],
    active({ stack: ['tcp_send_active_reset', 'mptcp_do_fastclose', '__mptcp_close'] }),
    CLOSER,
  ],
  ['nobody, when a timer resets', [], active({ stack: ['tcp_send_active_reset', 'tcp_keepalive_timer'] }), null],
  ['who accepted', [accepted], reset(), SOCKET],
  ['who connected', [connected], reset(), SOCKET],
  ['nobody of another socket', [owner({ sk: 'ffff9' })], reset(), null],
  ['nobody once the socket was closed: its memory is reused', [accepted, state()], reset({ socket: socket() }), null],
  ['who had it when the trace began', [found], reset(), SOCKET],
  ['who had it when the trace began, whatever its memory', [found], reset({ socket: socket({ sk: 'ffff9' }) }), SOCKET],
  ['who accepted since, before who had it when the trace began', [found, taken], reset(), { ...SOCKET, comm: 'other' }],
  ['nobody of another connection', [found], reset({ tuple: { ...TUPLE, sport: 1 } }), null],
  ['nobody of another namespace', [found], reset({ tuple: { ...TUPLE, netns: 1 } }), null],
  ['nobody once the connection was closed: its ports are reused', [found, state()], reset(), null],
  ['told with its cgroup', [inCgroup], reset(), { ...SOCKET, cgroup: '/web.slice' }],
])('the owner is %s', (_, before, event, expected) => {
  expect(only(...before, event).owner).toEqual(expected)
})

/** The two ends of a listener in /proc, and who has it. */
const listening = (daddr: string, comm: string, over: Partial<Tuple> = {}) => {
  const family = daddr.includes(':') ? (6 as const) : (4 as const)
  const any = { family, saddr: family === 6 ? '::' : '0.0.0.0', sport: 0 }
  return owner({ fn: 'proc', sk: null, tuple: { ...TUPLE, ...any, daddr, ...over }, task: task({ pid: 5, comm }) })
}
const V6 = { ...TUPLE, family: 6, saddr: '2001:db8::2', daddr: '2001:db8::1' } as const
const toListener = (over: Parameters<typeof reset>[0] = {}) =>
  replied({ segment: segment({ flags: ACK }), socket: socket({ state: 'LISTEN' }), ...over })
const listened = state({ at: at(1), from: 'CLOSE', to: 'LISTEN', task: task({ pid: 5, comm: 'worker' }) })

test.each<[string, Observation[], Observation[], string | undefined]>([
  ['who called listen()', [listened], toListener(), 'worker'],
  ['who called listen() before who had it', [listening('0.0.0.0', 'proc'), listened], toListener(), 'worker'],
  ['nobody of another listener', [state({ ...listened, sk: 'ffff9' })], toListener(), undefined],
  ['nobody once it was closed', [listened, state({ from: 'LISTEN' })], toListener(), undefined],
  ['who had its address', [listening('192.0.2.1', 'one'), listening('0.0.0.0', 'any')], toListener(), 'one'],
  ['who had any address', [listening('0.0.0.0', 'any')], toListener(), 'any'],
  ['who had any address of IPv6, for IPv4', [listening('::', 'any6')], toListener(), 'any6'],
  ['who had any of IPv4 before IPv6', [listening('::', 'any6'), listening('0.0.0.0', 'any')], toListener(), 'any'],
  ['who had its address of IPv6', [listening('2001:db8::1', 'one')], toListener({ tuple: V6 }), 'one'],
  ['who had any address of IPv6', [listening('::', 'any6')], toListener({ tuple: V6 }), 'any6'],
  // As docker-proxy has them: one process for each family.
  [
    'nobody of IPv4 for IPv6',
    [listening('0.0.0.0', 'any'), listening('::', 'any6')],
    toListener({ tuple: V6 }),
    'any6',
  ],
  ['nobody of another address', [listening('192.0.2.9', 'one')], toListener(), undefined],
  ['nobody of another port', [listening('0.0.0.0', 'any', { dport: 81 })], toListener(), undefined],
  ['nobody of another namespace', [listening('0.0.0.0', 'any', { netns: 1 })], toListener(), undefined],
  ['not of the listener, for a connection', [listening('0.0.0.0', 'any')], [reset()], undefined],
])('the owner of a listener is %s', (_, before, events, comm) => {
  expect(only(...before, ...events).owner?.comm).toBe(comm)
})

const TIMER = ['tcp_send_active_reset', 'tcp_keepalive_timer', 'call_timer_fn', '__do_softirq']
const orphan = socket({ state: 'CLOSE' })

test.each<[string, Observation[], Observation[], object | null]>([
  ['who had it', [accepted, state()], replied({ segment: segment({ length: 5 }), socket: orphan }), SOCKET],
  ['who had it when the trace began', [found, state()], [active({ stack: TIMER, socket: orphan })], SOCKET],
  ['nobody of another socket', [accepted, state()], [active({ stack: TIMER, socket: { ...orphan, sk: 'b' } })], null],
  ['nobody that was known', [state()], [active({ stack: TIMER, socket: orphan })], null],
  [
    'the last one',
    [accepted, state(), taken, state()],
    [active({ stack: TIMER, socket: orphan })],
    { ...SOCKET, comm: 'other' },
  ],
  // A timer interrupts whoever runs, and that may be in a close() of its own.
  ['never whom a timer interrupted', [], [active({ stack: [...TIMER, '__tcp_close', 'tcp_close'] })], null],
])('the owner of a socket that is closed already is %s', (_, before, events, expected) => {
  expect(only(...before, ...events).owner).toEqual(expected)
})
