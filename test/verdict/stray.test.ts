// SPDX-License-Identifier: MIT
// A segment that no socket of its own takes, without a socket and at a listener, by what was before it.
import { describe, expect, test } from 'vitest'
import type { Case } from '../../src/flow/case.ts'
import { NO_PAST, type Ending, type Past } from '../../src/flow/past.ts'
import type { Kind } from '../../src/observation.ts'
import { judge } from '../../src/verdict/judge.ts'
import { ACK, at, briefly, caseOf, lookup, packet, segment, socket, state, SYN, task, TUPLE } from '../samples.ts'

const FIN_ACK = ACK | 1
type Row = [string, Case, string]
const told = (reset: Case) => briefly(judge(reset))
const LISTEN = { state: 'LISTEN', backlog: 0, limit: 2 }

type Over = Partial<Kind<'reset'>> & { flags?: number; length?: number; seq?: number; past?: Partial<Past> }

/** A RST at 5 s in answer to data, for no socket. */
const stray = ({ flags = ACK, length = 5, seq = 1001, past = {}, ...over }: Over = {}, rest: Partial<Case> = {}) =>
  caseOf(
    {
      at: at(5000),
      fn: 'tcp_v4_send_reset',
      segment: segment({ flags, length, seq }),
      socket: null,
      stack: ['tcp_v4_send_reset', 'tcp_v4_do_rcv', 'tcp_v4_rcv'],
      flow: null,
      ...over,
    },
    { traced: at(0), past: { ...NO_PAST, ...past }, replied: at(5000), ...rest },
  )
const toListener = (over: Over = {}, rest: Partial<Case> = {}) => stray({ socket: socket(LISTEN), ...over }, rest)

const shut = state({ at: at(2000), to: 'FIN_WAIT1' })
const ending = (from: string, over: Partial<Ending> = {}): Partial<Past> => ({
  ending: {
    closed: state({ at: at(4000), from, sk_err: 0, task: task({ comm: 'swapper/0', pid: 0 }) }),
    shut,
    owner: null,
    rstSince: false,
    ...over,
  },
})
const CLOSED = ending('FIN_WAIT2')
const TIMED = state({ at: at(4000), from: 'FIN_WAIT1', sk_err: 110 })

test.each<Row>([
  ['data', stray({ past: CLOSED }), 'data-after-close, certain'],
  ['data at a listener', toListener({ past: CLOSED }), 'data-after-close, certain'],
  ['data with the FIN', stray({ past: CLOSED, flags: FIN_ACK }), 'data-after-close, certain'],
  [
    'a FIN when FIN_WAIT2 is over',
    stray({ at: at(64_001), past: CLOSED, flags: FIN_ACK, length: 0 }),
    'data-after-close, certain',
  ],
  ['in FIN_WAIT1', stray({ past: ending('FIN_WAIT1') }), 'data-after-close, certain'],
  ['an ACK alone', stray({ past: CLOSED, length: 0 }), 'no-socket, certain'],
  ['nobody had closed', stray({ past: ending('FIN_WAIT2', { shut: null }) }), 'no-socket, certain'],
  ['the peer had closed first', stray({ past: ending('LAST_ACK') }), 'no-socket, certain'],
  ['it had timed out', stray({ past: ending('FIN_WAIT1', { closed: TIMED }) }), 'no-socket, certain'],
  ['the peer has reset it', stray({ past: ending('FIN_WAIT2', { rstSince: true }) }), 'no-socket, certain'],
  [
    'for a time-wait',
    stray({ past: CLOSED, socket: socket({ state: 'TIME_WAIT', substate: 'TIME_WAIT' }) }),
    'time-wait, certain',
  ],
])('data-after-close: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test('data-after-close, long after: whoever closed owns it', () => {
  const { owner, who, because } = judge(stray({ past: CLOSED }))
  expect({ owner, who }).toEqual({ owner: { how: 'closer', pid: 812, comm: 'nginx', cgroup: null }, who: 'local-app' })
  expect(because.join('\n')).toContain('nginx[812] had closed it 3 s before: from ESTABLISHED to FIN_WAIT1')
})

const FIN = { flags: FIN_ACK, length: 0 }
const without = (no_time_wait: boolean) =>
  ending('FIN_WAIT2', { closed: state({ at: at(4000), from: 'FIN_WAIT2', no_time_wait }) })
test.each<Row>([
  ['a FIN', stray({ past: CLOSED, ...FIN }), 'time-wait-overflow, likely'],
  ['a FIN at a listener', toListener({ past: CLOSED, ...FIN }), 'time-wait-overflow, likely'],
  ['no time-wait was made', stray({ past: without(true), ...FIN }), 'time-wait-overflow, certain'],
  ['the same, long ago', stray({ at: at(64_001), past: without(true), ...FIN }), 'time-wait-overflow, certain'],
  ['a time-wait was made, and is gone', stray({ past: without(false), ...FIN }), 'data-after-close, likely'],
  ['in FIN_WAIT1', stray({ past: ending('FIN_WAIT1'), ...FIN }), 'data-after-close, certain'],
  ['nothing is known', stray(FIN), 'no-socket, certain'],
])('time-wait-overflow: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

const SYN_ACK = { flags: SYN | ACK, length: 0 }
const given = (over: Partial<Kind<'state'>> = {}) =>
  ending('SYN_SENT', { closed: state({ at: at(4000), from: 'SYN_SENT', sk_err: 0, ...over }), shut: null })
test.each<Row>([
  ['a SYN ACK', stray({ ...SYN_ACK, past: given() }), 'connect-abandoned, certain'],
  [
    'no error was told',
    stray({ ...SYN_ACK, past: ending('SYN_SENT', { closed: state({ from: 'SYN_SENT' }) }) }),
    'connect-abandoned, likely',
  ],
  ['it had failed by itself', stray({ ...SYN_ACK, past: given({ sk_err: 110 }) }), 'no-socket, certain'],
  ['an ACK', stray({ past: given() }), 'no-socket, certain'],
  ['a socket that was connected', stray({ ...SYN_ACK, past: ending('ESTABLISHED') }), 'no-socket, certain'],
  ['at a listener', toListener({ ...SYN_ACK, past: given() }), 'no-socket, certain'],
  ['nothing is known', stray(SYN_ACK), 'no-socket, certain'],
])('connect-abandoned: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

const boundTo = (to: string) => state({ to, bound: 7, task: task({ comm: 'curl', pid: 5 }) })
const by = (ifindex: number | undefined, over: Over = {}, rest: Partial<Case> = {}): Case => {
  const one = stray(over, rest)
  const { segment: came, ...others } = one.reset
  return {
    ...one,
    reset: { ...others, segment: came === null ? null : { ...came, ...(ifindex === undefined ? {} : { ifindex }) } },
  }
}
const DIFFERS = lookup({ found: 'none', listen_differs: 'device', listen_ifindex: 7 })
const IN_NO_VRF = lookup({ found: 'none', listen_differs: 'device', listen_ifindex: 0 })
const HERE = lookup({ found: 'none', other_netns: TUPLE.netns, other_found: 'established' })
const THERE = lookup({ found: 'none', other_netns: 1, other_found: 'established' })
const A_SYN = { flags: SYN, length: 0 }
test.each<Row>([
  ['data by another', by(3, {}, { boundTo: boundTo('ESTABLISHED') }), 'wrong-device, likely'],
  ['a SYN ACK by another', by(3, SYN_ACK, { boundTo: boundTo('SYN_SENT') }), 'wrong-device, likely'],
  ['by the same', by(7, {}, { boundTo: boundTo('ESTABLISHED') }), 'no-socket, certain'],
  ['by one that is not known', by(undefined, {}, { boundTo: boundTo('ESTABLISHED') }), 'no-socket, certain'],
  ['no bound socket is known', by(3), 'no-socket, certain'],
  ['a SYN by another than the listener is bound to', by(3, A_SYN, { after: DIFFERS }), 'wrong-device, certain'],
  ['a SYN by one that is not known', by(undefined, A_SYN, { after: DIFFERS }), 'no-listener, certain'],
  ['a SYN by the same', by(7, A_SYN, { after: DIFFERS }), 'no-listener, certain'],
  [
    'a SYN, and the listener has another address too',
    by(3, A_SYN, { after: lookup({ found: 'none', listen_differs: 'address,device', listen_ifindex: 7 }) }),
    'no-listener, certain',
  ],
  ['a SYN by a VRF, for a listener in none', by(3, A_SYN, { after: IN_NO_VRF }), 'wrong-device, certain'],
  ['data by a VRF, for a socket in none', by(3, {}, { after: HERE }), 'wrong-device, certain'],
  ['data for a socket in another namespace', by(3, {}, { after: THERE }), 'no-socket, certain'],
])('wrong-device: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test('wrong-device: a VRF is told of', () => {
  expect(judge(by(3, A_SYN, { after: IN_NO_VRF })).because.join('\n')).toContain('bound to none, and takes nothing')
  expect(judge(by(3, {}, { after: HERE })).because.join('\n')).toContain('this host has the connection (established)')
})

test('wrong-device: whoever connects owns the socket', () => {
  const { owner, because } = judge(by(3, SYN_ACK, { boundTo: boundTo('SYN_SENT') }))
  expect(owner).toMatchObject({ how: 'socket', comm: 'curl' })
  expect(because.join('\n')).toContain(
    'a socket of curl[5] for this connection, last seen in SYN_SENT, is bound to interface 7',
  )
})

const LOSSY = { lossBefore: true }
test.each<Row>([
  ['of nothing before it', stray({}, LOSSY), 'no-socket, likely'],
  ['of no SYN', stray(SYN_ACK, LOSSY), 'no-socket, likely'],
  ['of no handshake', toListener({ length: 0 }, LOSSY), 'bad-ack-to-listener, likely'],
  ['an end here is known', stray({ past: ending('ESTABLISHED') }, LOSSY), 'no-socket, certain'],
  ['what was seen is no silence', stray({ past: CLOSED }, LOSSY), 'data-after-close, certain'],
])('silence where events had been lost: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test('the doubt that a loss leaves is told', () => {
  expect(judge(stray({}, LOSSY)).because.join('\n')).toContain('events were lost earlier in this trace')
})

const FORGOT = { past: { forgotBefore: at(400) } }
test.each<Row>([
  ['of nothing before it', stray(FORGOT), 'no-socket, likely'],
  ['of no handshake', toListener({ length: 0, ...FORGOT }), 'bad-ack-to-listener, likely'],
  ['an end here is known', stray({ past: { ...ending('ESTABLISHED'), ...FORGOT.past } }), 'no-socket, certain'],
])('silence where ends are forgotten: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test('how far back ends are remembered is told', () => {
  const { because } = judge(stray(FORGOT))
  expect(because).toContain('an end of it more than 4.6 s before would be forgotten: others have ended here since')
})

test('connect-abandoned by a thread of the kernel is the kernel’s doing', () => {
  expect(judge(stray({ ...SYN_ACK, past: given({ task: task({ comm: 'kworker/0:1', kthread: true }) }) })).who).toBe(
    'local-kernel',
  )
})

test('a SYN ACK that answers no SYN of a socket', () => {
  expect(judge(stray(SYN_ACK)).because.join('\n')).toContain(
    'no socket of this host had sent the SYN that it answers, in the 5 s of this trace',
  )
})

const syn = packet({ at: at(4500), segment: segment({ flags: SYN, seq: 1000 }) })
const gone = state({ at: at(4600), from: 'LISTEN' })
const dropped = packet({
  at: at(4550),
  fn: 'tcp_check_req',
  socket: { sk: 'a', state: 'LISTEN', backlog: 3, limit: 2 },
})
const shaken = (over: Partial<NonNullable<Past['handshake']>> = {}): Partial<Past> => ({
  handshake: { syn, dropped: null, listenersClosed: [], ...over },
})
const CLOSING = shaken({ listenersClosed: [gone] })
const TWO = shaken({ listenersClosed: [gone, state({ ...gone, task: task({ pid: 9 }) })] })

test.each<Row>([
  ['the one listener', stray({ past: CLOSING, length: 0 }), 'listener-closed, certain'],
  ['one of two', toListener({ past: CLOSING, length: 0 }), 'listener-closed, certain'],
  ['with data', toListener({ past: CLOSING }), 'listener-closed, certain'],
  ['what it sends later', toListener({ past: CLOSING, seq: 5000 }), 'listener-closed, certain'],
  ['by one of two processes', stray({ past: TWO }), 'listener-closed, likely'],
  ['one of two, and the request may be gone', toListener({ at: at(5501), past: CLOSING }), 'listener-closed, likely'],
  ['another SYN than that', toListener({ past: CLOSING, seq: 900, length: 0 }), 'bad-ack-to-listener, certain'],
  [
    'the request was there',
    toListener({ past: CLOSING }, { after: lookup({ found: 'request' }) }),
    'bad-ack-in-handshake, certain',
  ],
])('listener-closed: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

const QUEUE = shaken({ dropped })
const its = state({ ...gone, sk: 'a' })
const FULL = { socket: socket({ ...LISTEN, backlog: 3 }) }
const SHARED = { after: lookup({ found: 'listener', reuseport: true }) }
test.each<Row>([
  ['its ACK was dropped', toListener({ past: QUEUE }), 'accept-queue-overflow, certain'],
  ['its ACK was dropped, and no listener is left', stray({ past: QUEUE }), 'accept-queue-overflow, certain'],
  [
    'then that listener closed',
    stray({ past: shaken({ dropped, listenersClosed: [its] }) }),
    'listener-closed, certain',
  ],
  [
    'then another listener closed',
    toListener({ past: shaken({ dropped, listenersClosed: [gone] }) }),
    'accept-queue-overflow, certain',
  ],
  ['the queue is full', toListener({ past: shaken(), ...FULL }), 'accept-queue-overflow, likely'],
  ['the queue is full, its SYN not seen', toListener(FULL), 'accept-queue-overflow, likely'],
  ['an ACK of no SYN that was seen', toListener({ ...FULL, length: 0 }), 'bad-ack-to-listener, certain'],
  ['the listener shares its port', toListener(FULL, SHARED), 'no-socket, likely'],
  ['the queue has room', toListener({ past: shaken() }), 'no-socket, likely'],
])('accept-queue-overflow, late: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

const TIMED_OUT = ending('ESTABLISHED', { closed: state({ at: at(4000), sk_err: 110 }), shut: null, owner: task() })
test.each<Row>([
  ['it had timed out', stray({ past: TIMED_OUT }), 'no-socket, certain'],
  ['it had timed out, at a listener', toListener({ past: TIMED_OUT }), 'no-socket, certain'],
  ['an ACK of it, at a listener', toListener({ past: TIMED_OUT, length: 0 }), 'no-socket, certain'],
  ['data at a listener, of a young trace', toListener(), 'no-socket, likely'],
  ['data at a listener, of an old trace', toListener({ at: at(200_000) }), 'no-socket, certain'],
  ['an ACK at a listener', toListener({ length: 0 }), 'bad-ack-to-listener, certain'],
])('no-socket: %s', (_, reset, expected) => expect(told(reset)).toBe(expected))

test('no-socket says how the connection had ended here', () => {
  expect(judge(stray({ past: TIMED_OUT })).because).toEqual(
    expect.arrayContaining([
      'its socket went from ESTABLISHED to CLOSE 1 s before, ETIMEDOUT',
      'it was the socket of nginx[812]',
    ]),
  )
})

describe('the echo of a RST', () => {
  const closed = {
    fn: 'tcp_send_active_reset',
    at: at(4000),
    segment: null,
    socket: socket({ state: 'CLOSE', linger: true, lingertime: 0 }),
    stack: ['tcp_send_active_reset', 'tcp_disconnect', '__tcp_close'],
    reason: 'TCP_STATE',
  }
  const earlier = caseOf(closed, { closer: task(), owner: { how: 'closer', pid: 812, comm: 'nginx', cgroup: null } })

  test.each<Row>([
    ['an ACK', stray({ past: { earlier }, length: 0, reason: 'NO_SOCKET' }), 'linger-zero, certain'],
    ['data', stray({ past: { earlier } }), 'linger-zero, certain'],
    ['at a listener', toListener({ past: { earlier }, reason: 'TCP_FLAGS' }), 'linger-zero, certain'],
    ['lost events', stray({ past: { earlier } }, { gaps: ['lost'] }), 'linger-zero, likely'],
    ['of what nobody knows', stray({ past: { earlier: caseOf({ ...closed, stack: [] }) } }), 'no-socket, certain'],
    ['of an attempt', stray({ past: { earlier: stray({}, { replied: null }) } }), 'no-socket, certain'],
    ['a SYN', stray({ past: { earlier }, flags: SYN, length: 0 }), 'no-listener, certain'],
  ])('%s', (_, reset, expected) => expect(told(reset)).toBe(expected))

  test('says that it is one, and whose', () => {
    const { because, owner } = judge(stray({ past: { earlier } }))
    expect(because[0]).toContain('the echo of the RST by which this host had ended the connection 1 s before')
    expect(owner?.pid).toBe(812)
  })
})
