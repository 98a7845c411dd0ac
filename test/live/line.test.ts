// SPDX-License-Identifier: MIT
import * as fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { expect, test } from 'vitest'
import { CATALOGUE } from '../../src/program/catalogue.ts'
import { readLine } from '../../src/live/line.ts'
import { namesOf } from '../../src/program/names.ts'
import { observation, type Socket } from '../../src/observation.ts'
import { loaded } from '../filter/loaded.ts'
import { lineOf } from '../program/lines.ts'

const NAMES = namesOf({
  functions: {},
  returns: { tcp_v4_do_rcv: 'int', __inet_lookup_established: '*' },
  typedefs: [],
  enums: {
    sk_rst_reason: { 2: 'SK_RST_REASON_NO_SOCKET' },
    skb_drop_reason: { 3: 'SKB_DROP_REASON_NO_SOCKET' },
  },
})
const read = (line: string) => readLine(line, NAMES)

const tuple = { family: 4, saddr: '192.0.2.2', sport: 40000, daddr: '192.0.2.1', dport: 80, netns: 4026531840 }
const segment = { skb: 'ffff0001', flags: 24, seq: 1000, ack: 2000, window: 502, length: 5, ttl: 64, ip_id: 7 }
const event = { at: { s: 5, ns: 1 }, cpu: 1 }
const tuple6 = { ...tuple, family: 6, saddr: '2001:db8::7', daddr: '2001:db8::1' }

const SEGMENT = Object.fromEntries(Object.entries(segment).map(([name, value]) => [name, String(value)]))
const FLOW6 = { family: '6', s0: 'b80d0120', s1: '700000000000000', d0: 'b80d0120', d1: '100000000000000' }
const SEQUENCES = { snd_una: '2000', snd_nxt: '2005', rcv_nxt: '1000' }
const FLOW = { flow_ttl: '64', flow_packets: '4', flow_last: '4000000000' }
const NGINX = { cgroup: '5d1', pid: '812', comm: 'nginx' }
const ETH0 = { ...SEGMENT, dev: 'eth0' }
const stackOf = (...names: string[]) =>
  `\n${names.map((name, index) => `\tffffffff8c19c1d${index} ${name}\n`).join('')}`

/** One line of each kind, made from the formats of the probes. */
const LINES = {
  tick: lineOf('tick', ''),
  packet: lineOf('packet', 'tcp_v4_rcv', SEGMENT),
  reply: lineOf('reply', 'ip_send_unicast_reply', { skb: 'ffff0001' }),
  state: lineOf('state', 'inet_sock_set_state', {
    sk: 'ffff8001',
    from: '8',
    to: '7',
    sk_err: '110',
    time_wait: '2',
    ...NGINX,
  }),
  death: lineOf('state', 'inet_sock_set_state', {
    sk: 'ffff8001',
    from: '1',
    to: '4',
    sk_err: '110',
    ...NGINX,
    task_flags: '200004',
    exit_code: '9',
  }),
  owner: lineOf('owner', 'accept', { sk: 'ffff8001', ...NGINX }),
  forgot: lineOf('forgot', 'inet_sock_set_state', { since: '5000000007' }),
  nat: lineOf('nat', '__nf_conntrack_confirm', {
    r0: '10200c0',
    rport: '80',
    t0: '20200c0',
    tport: '40000',
    dport: '32193',
  }),
  received: lineOf('reset', 'tcp_reset', {
    ...SEGMENT,
    sk: 'ffff8001',
    state: '1',
    cookie: '1f',
    ...SEQUENCES,
    rcv_wnd: '502',
    retransmits: '3',
    ...FLOW,
  }),
  active: lineOf('reset', 'tcp_send_active_reset', {
    reason: '-1',
    sk: 'ffff8001',
    state: '7',
    snd_una: '2000',
    snd_nxt: '2000',
    rcv_nxt: '1005',
    copied_seq: '1000',
    shutdown: '3',
    sk_flags: '111',
    ...NGINX,
    task_flags: '400104',
    exit_code: '9',
    stack: stackOf('tcp_send_active_reset+1', '__tcp_close+593', 'tcp_close.isra.0+32'),
  }),
  answered: lineOf('reset', 'tcp_v4_send_reset', {
    ...ETH0,
    reason: '2',
    stack: stackOf('tcp_v4_send_reset+1', 'tcp_v4_rcv+2'),
  }),
  packet6: lineOf('packet', 'tcp_v6_rcv', { ...FLOW6, ...ETH0 }),
  callOfSegment: lineOf('call', 'tcp_v4_do_rcv', {
    who: '32c',
    ...ETH0,
    sk: 'ffff8001',
    state: '1',
    was_at: '4999999000',
    was_netns: '4026531840',
    was_d0: '10200c0',
    was_dport: '32193',
  }),
  callOfSocket: lineOf('call', 'tcp_done', { who: '100000001', sk: 'ffff8001', state: '7' }),
  callOfLookup: lineOf('call', '__inet_lookup_established', { who: '32c' }),
  arrival: lineOf('packet', 'tcp_v4_rcv', {
    ...ETH0,
    sk: 'ffff8001',
    state: '1',
    cookie: '1f',
    ...SEQUENCES,
    rcv_wnd: '502',
    rcv_wup: '990',
    tw_rcv_nxt: '77',
    min_ttl: '255',
  }),
  request: lineOf('reset', 'tcp_check_req', { ...ETH0, sk: 'ffff8001', mini_rcv_nxt: '1000', mini_rcv_wnd: '64240' }),
  unqueued: lineOf('packet', 'tcp_check_req', { ...ETH0, sk: 'ffff8001', backlog: '3', limit: '2' }),
  timeWait: lineOf('reset', 'tcp_timewait_state_process', {
    ...ETH0,
    sk: 'ffff8001',
    substate: '5',
    mini_rcv_nxt: '1000',
    mini_rcv_wnd: '502',
  }),
  rejected: lineOf('reset', 'nf_send_reset', {
    ...SEGMENT,
    stack: stackOf('nf_ct_attach+1', 'tcp_diag_init+651264', 'nf_send_reset+593'),
  }),
  timer: lineOf('reset', 'tcp_send_active_reset', {
    reason: '-1',
    sk: 'ffff8001',
    state: '5',
    ...SEQUENCES,
    linger2: '-1',
    probes_out: '9',
    user_timeout: '3000',
    ...FLOW,
    ...NGINX,
    stack: stackOf('tcp_send_active_reset+1'),
  }),
  drop: lineOf('call', 'kfree_skb', { ...ETH0, reason: '3', location: 'tcp_v4_rcv' }),
  returned: lineOf('return', 'tcp_v4_do_rcv', { who: '32c', value: 'ffffffff00000001' }),
} as const

const call = { kind: 'call', ...event, who: '32c', tuple, segment: null, socket: null, was: null }
const drop = { reason: null, location: null }
const task = { pid: 812, comm: 'nginx', exit_code: null, cgroup: '5d1' }
const bare = { kind: 'reset', ...event, tuple, task: null, stack: [], reason: null, flow: null }

test.each<[keyof typeof LINES, unknown]>([
  ['tick', { kind: 'tick', at: event.at }],
  ['packet', { kind: 'packet', ...event, fn: 'tcp_v4_rcv', tuple, segment, first: false }],
  ['reply', { kind: 'reply', ...event, fn: 'ip_send_unicast_reply', skb: 'ffff0001' }],
  ['forgot', { kind: 'forgot', ...event, fn: 'inet_sock_set_state', tuple, since: { s: 5, ns: 7 } }],
  [
    'state',
    {
      kind: 'state',
      ...event,
      fn: 'inet_sock_set_state',
      tuple,
      sk: 'ffff8001',
      from: 'CLOSE_WAIT',
      to: 'CLOSE',
      sk_err: 110,
      no_time_wait: true,
      task,
    },
  ],
  [
    'death',
    {
      kind: 'state',
      ...event,
      fn: 'inet_sock_set_state',
      tuple,
      sk: 'ffff8001',
      from: 'ESTABLISHED',
      to: 'FIN_WAIT1',
      task: { ...task, exit_code: 9, kthread: true },
    },
  ],
  [
    'unqueued',
    {
      kind: 'packet',
      ...event,
      fn: 'tcp_check_req',
      tuple,
      segment: { ...segment, dev: 'eth0' },
      first: false,
      socket: { sk: 'ffff8001', state: 'LISTEN', backlog: 3, limit: 2 },
    },
  ],
  [
    'owner',
    {
      kind: 'owner',
      ...event,
      fn: 'accept',
      tuple,
      sk: 'ffff8001',
      task,
    },
  ],
  [
    'received',
    {
      kind: 'reset',
      ...event,
      fn: 'tcp_reset',
      tuple,
      segment,
      socket: {
        sk: 'ffff8001',
        state: 'ESTABLISHED',
        cookie: '1f',
        snd_una: 2000,
        snd_nxt: 2005,
        rcv_nxt: 1000,
        rcv_wnd: 502,
        retransmits: 3,
        probes_out: 0,
        data_in: 0,
      },
      task: null,
      stack: [],
      reason: null,
      flow: { ttl: 64, packets: 4, last: { s: 4, ns: 0 } },
    },
  ],
  [
    'active',
    {
      kind: 'reset',
      ...event,
      fn: 'tcp_send_active_reset',
      tuple,
      segment: null,
      socket: {
        sk: 'ffff8001',
        state: 'CLOSE',
        snd_una: 2000,
        snd_nxt: 2000,
        rcv_nxt: 1005,
        copied_seq: 1000,
        shutdown: 3,
        dead: true,
        linger: true,
        lingertime: 0,
        linger2: 0,
        probes_out: 0,
        user_timeout: 0,
      },
      task: { ...task, exit_code: 9 },
      stack: ['tcp_send_active_reset', '__tcp_close', 'tcp_close.isra.0'],
      reason: null,
      flow: null,
    },
  ],
  [
    'answered',
    {
      kind: 'reset',
      ...event,
      fn: 'tcp_v4_send_reset',
      tuple,
      segment: { ...segment, dev: 'eth0' },
      socket: null,
      task: null,
      stack: ['tcp_v4_send_reset', 'tcp_v4_rcv'],
      reason: 'NO_SOCKET',
      flow: null,
    },
  ],
  [
    'packet6',
    {
      kind: 'packet',
      ...event,
      fn: 'tcp_v6_rcv',
      tuple: tuple6,
      segment: { ...segment, dev: 'eth0' },
      first: false,
    },
  ],
  [
    'callOfSegment',
    {
      ...call,
      ...drop,
      fn: 'tcp_v4_do_rcv',
      segment: { ...segment, dev: 'eth0' },
      socket: { sk: 'ffff8001', state: 'ESTABLISHED' },
      was: {
        at: { s: 4, ns: 999_999_000 },
        fn: CATALOGUE[0]?.name,
        netns: 4026531840,
        daddr: '192.0.2.1',
        dport: 32193,
      },
    },
  ],
  ['callOfSocket', { ...call, ...drop, fn: 'tcp_done', who: '100000001', socket: { sk: 'ffff8001', state: 'CLOSE' } }],
  ['callOfLookup', { ...call, ...drop, fn: '__inet_lookup_established' }],
  [
    'drop',
    {
      ...call,
      fn: 'kfree_skb',
      who: '0',
      segment: { ...segment, dev: 'eth0' },
      reason: 'NO_SOCKET',
      location: 'tcp_v4_rcv',
    },
  ],
  [
    'arrival',
    {
      kind: 'packet',
      ...event,
      fn: 'tcp_v4_rcv',
      tuple,
      segment: { ...segment, dev: 'eth0' },
      first: false,
      socket: {
        sk: 'ffff8001',
        state: 'ESTABLISHED',
        cookie: '1f',
        snd_una: 2000,
        snd_nxt: 2005,
        rcv_nxt: 1000,
        rcv_wnd: 502,
        rcv_wup: 990,
        min_ttl: 255,
      },
    },
  ],
  [
    'request',
    {
      ...bare,
      fn: 'tcp_check_req',
      segment: { ...segment, dev: 'eth0' },
      socket: { sk: 'ffff8001', state: 'NEW_SYN_RECV', rcv_nxt: 1000, rcv_wnd: 64240, snt_isn: 0 },
    },
  ],
  [
    'timeWait',
    {
      ...bare,
      fn: 'tcp_timewait_state_process',
      segment: { ...segment, dev: 'eth0' },
      socket: { sk: 'ffff8001', state: 'TIME_WAIT', substate: 'FIN_WAIT2', rcv_nxt: 1000, rcv_wnd: 502 },
    },
  ],
  ['rejected', { ...bare, fn: 'nf_send_reset', segment, socket: null, stack: ['nf_ct_attach', 'nf_send_reset'] }],
  [
    'timer',
    {
      ...bare,
      fn: 'tcp_send_active_reset',
      segment: null,
      socket: {
        sk: 'ffff8001',
        state: 'FIN_WAIT2',
        snd_una: 2000,
        snd_nxt: 2005,
        rcv_nxt: 1000,
        copied_seq: 0,
        shutdown: 0,
        dead: false,
        linger: false,
        lingertime: 0,
        linger2: -1,
        probes_out: 9,
        user_timeout: 3000,
      },
      task,
      stack: ['tcp_send_active_reset'],
      flow: { ttl: 64, packets: 4, last: { s: 4, ns: 0 } },
    },
  ],
  ['returned', { kind: 'return', ...event, fn: 'tcp_v4_do_rcv', who: '32c', value: '1' }],
])('reads the line of %s', (name, expected) => {
  expect(read(LINES[name])).toEqual(expected)
})

/** A line with fields put in place of its own, `name=value` each. */
const over = (line: string, fields: string) =>
  fields.split(' ').reduce((whole, pair) => {
    const [name = ''] = pair.split('=')
    return whole.replace(new RegExp(` ${name}=\\S*`), ` ${pair}`)
  }, line)

const socketOf = (line: string) => {
  const observed = read(line)
  return observed.kind === 'packet' || observed.kind === 'reset' ? (observed.socket ?? null) : null
}

test.each<[keyof typeof LINES, string, Partial<Socket>]>([
  ['arrival', 'state=6 substate=6', { state: 'TIME_WAIT', substate: 'TIME_WAIT', rcv_nxt: 77, rcv_wnd: undefined }],
  ['arrival', 'state=12', { state: 'NEW_SYN_RECV', rcv_nxt: undefined, cookie: undefined }],
  ['arrival', 'min_ttl=0', { min_ttl: 0 }],
  ['arrival', 'min_ttl=', { min_ttl: undefined }],
  ['arrival', 'rcv_wup=4294967295', { rcv_wup: 4294967295 }],
  ['request', 'mini_rcv_nxt=4294967295', { rcv_nxt: 4294967295, rcv_wnd: 64240 }],
  ['timeWait', 'mini_rcv_nxt=', { rcv_nxt: undefined, rcv_wnd: undefined }],
  ['timer', 'linger2=0', { linger2: 0 }],
  ['timer', 'linger2=-2147483648', { linger2: -2147483648 }],
  ['timer', 'linger2=', { linger2: undefined }],
  ['timer', 'probes_out=0 user_timeout=0', { probes_out: 0, user_timeout: 0 }],
])('a socket of %s with %s', (name, fields, expected) => {
  const whole = socketOf(over(LINES[name], fields))
  expect({ ...whole, ...expected }).toEqual(whole)
})

test.each(['sk=0', 'sk='])('an arrival with %s has no socket', (fields) => {
  expect(read(over(LINES.arrival, fields))).not.toHaveProperty('socket')
})

test.each([
  ['request=1', true],
  ['request=0', undefined],
  ['request=', undefined],
])('a listener of whose handshake the segment is: %s', (field, request) => {
  const observed = read(over(LINES.answered, `sk=ffff8001 state=10 ${field}`))
  expect(observed.kind === 'reset' ? observed.socket?.request : null).toBe(request)
})

test.each([
  ['flow_other_ttl=200', 200],
  ['flow_other_ttl=0', undefined],
  ['flow_other_ttl=', undefined],
])('another TTL of the flow: %j', (field, other_ttl) => {
  const observed = read(over(LINES.received, field))
  expect(observed.kind === 'reset' ? observed.flow?.other_ttl : null).toBe(other_ttl)
})

test.each([
  ['TIME_WAIT', 'state=6 substate=5', { sk: 'ffff8001', state: 'TIME_WAIT', substate: 'FIN_WAIT2', rcv_nxt: 77 }],
  ['NEW_SYN_RECV', 'state=12 substate=99', { sk: 'ffff8001', state: 'NEW_SYN_RECV' }],
])('what lies beyond a mini-socket in %s is dropped', (_, state, socket) => {
  const line = over(LINES.answered, `sk=ffff8001 ${state} tw_rcv_nxt=77`)
  expect(read(line)).toMatchObject({ socket })
})

test('a socket tells how long ago it sent and heard, and by which interface it sends', () => {
  const line = lineOf('reset', 'tcp_reset', {
    ...SEGMENT,
    sk: 'ffff8001',
    state: '1',
    data_in: '3',
    sent_ago: '2000000000',
    // 400 s, and 50 jiffies for TCP_DELACK_MAX; data at 15000 jiffies, an ACK at 16250.
    clock: '61a800032',
    heard: '3a9800003f7a',
    route: '2',
    own_rst: '7',
  })
  const socket = { data_in: 3, sent_ago: 2e9, heard_ago: 35e9, route: 2 }
  expect(read(line)).toMatchObject({ socket, own_rst: 7 })
})

test.each([
  ['2', 'NO_SOCKET'],
  ['99', 'REASON_99'],
  ['-1', null],
])('the reason %s is %s', (number, reason) => {
  expect(read(LINES.answered.replace('reason=2', `reason=${number}`))).toMatchObject({ reason })
})

test.each<[string, string, object | null]>([
  ['where it never was another', 'was_at=0', null],
  ['the same address, port and namespace', 'was_dport=80', null],
  ['another port', 'was_dport=32193', { daddr: '192.0.2.1', dport: 32193 }],
  ['another address', 'was_d0=70200c0 was_dport=80', { daddr: '192.0.2.7', dport: 80 }],
  ['another namespace', 'was_netns=1 was_dport=80', { netns: 1, daddr: '192.0.2.1', dport: 80 }],
])('where the packet entered: %s', (_, fields, was) => {
  const observed = read(over(LINES.callOfSegment, fields))
  if (observed.kind !== 'call') throw new Error('no call')
  expect(observed).toMatchObject({ was })
})

test.each([
  ['reason=3 ', 'reason=-1 ', null],
  ['reason=3 ', 'reason= ', null],
  ['reason=3 ', 'reason=77 ', 'REASON_77'],
])('of a drop, %s as %s is %s', (from, to, reason) => {
  expect(read(LINES.drop.replace(from, to))).toMatchObject({ reason })
})

test.each([
  ['', null],
  ['0xffffffffc0401000', '0xffffffffc0401000'],
  ['nf_hook_slow', 'nf_hook_slow'],
])('of a drop, the place %j is %j', (place, location) => {
  expect(read(LINES.drop.replace('location=tcp_v4_rcv', `location=${place}`))).toMatchObject({ location })
})

test.each([
  ['', undefined],
  ['br-0a1b2c.100', 'br-0a1b2c.100'],
  ['a=b', 'a=b'],
  ['\u001b[2J', '\u001b[2J'],
])('the interface %j is %j', (dev, expected) => {
  const observed = read(LINES.packet6.replace('dev=eth0', `dev=${dev}`))
  expect(observed).toMatchObject({ segment })
  expect(observed.kind === 'packet' ? observed.segment.dev : '').toBe(expected)
})

test.each(['cgroup=0', ''])('a task without a cgroup that could be told: %j', (cgroup) => {
  const observed = read(LINES.owner.replace('cgroup=5d1', cgroup))
  expect(observed).toMatchObject({ task: { pid: 812, comm: 'nginx' } })
  expect(observed.kind === 'owner' && 'cgroup' in observed.task).toBe(false)
})

test.each([
  ['no', LINES.packet6.replace('s0=b80d0120', 's0=')],
  ['half', LINES.packet6.replace('s1=700000000000000', '')],
  ['a decimal', LINES.packet6.replace('d0=b80d0120', 'd0=-1')],
  ['a longer', LINES.packet6.replace('d0=b80d0120', 'd0=10000000000000000')],
])('fails on %s address', (_, line) => {
  expect(() => read(line)).toThrow(/ is no pointer: /)
})

const hex = (half: bigint) => half.toString(16)
const same = (address: string) => ipaddr.parse(address).toString()

// As a little-endian machine loads an address from a packet, and bpftrace prints it with %lx.
test('an address in two halves is read as the one that it was', () => {
  const addresses = fc.oneof(
    fc.tuple(fc.constant(4 as const), fc.ipV4(), fc.ipV4()),
    fc.tuple(fc.constant(6 as const), fc.ipV6(), fc.ipV6()),
  )
  fc.assert(
    fc.property(addresses, ([family, saddr, daddr]) => {
      const [s0, s1] = loaded(family, saddr)
      const [d0, d1] = loaded(family, daddr)
      const line = `call fn=x who=1 at=1 cpu=0 netns=1 family=${family} s0=${hex(s0)} s1=${hex(s1)} sport=1 d0=${hex(d0)} d1=${hex(d1)} dport=2`
      expect(read(line)).toMatchObject({ tuple: { family, saddr: same(saddr), daddr: same(daddr) } })
    }),
  )
})

test.each([
  'a comm=b\nreset fn=',
  'x stack=\n\tffffffff8c19c1d1 do_exit+1',
  ' ',
  '',
  'a=b pid=1 sk=0',
  '\u001b[2J\u0007',
  '"; system("id")',
  'ÿþ',
  '\rtick at=1',
])('the name of a task is taken as it is: %j', (comm) => {
  for (const name of ['state', 'owner', 'active'] as const) {
    const whole = read(LINES[name])
    const line = LINES[name].replace('comm=nginx', () => `comm=${comm}`)
    if (!('task' in whole)) throw new Error('no task')
    expect(read(line)).toEqual({ ...whole, task: { ...whole.task, comm } })
  }
})

test.each([
  ['', 'is no number'],
  ['hello', 'is no number'],
  [LINES.owner.replace('owner', 'strange'), 'no such line'],
  ['tick at=', 'is no number'],
  ['tick at=1e3', 'is no number'],
  [LINES.packet.replace('seq=1000', 'seq='), 'seq is no number'],
  [LINES.packet.replace('sport=40000', ''), 'sport is no number'],
  [LINES.active.replace('sk_flags=111', 'sk_flags=xyz'), 'xyz'],
])('fails on what is no line of ours: %j', (line, message) => {
  expect(() => read(line)).toThrow(message)
})

// What is let through here is recorded, and a recording that cannot be read back is worse than a loss that is counted.
test.each(Object.entries(LINES))('a line of %s that is cut fails or is whole enough to be recorded', (_, line) => {
  const bad = Array.from({ length: line.length }, (_, end) => line.slice(0, end)).filter((cut) => {
    try {
      return !observation.safeParse(read(cut)).success
    } catch {
      return false
    }
  })
  expect(bad).toEqual([])
})

test.each(Object.entries(LINES))(
  'a line of %s without one of its fields fails or is whole enough to be recorded',
  (_, line) => {
    const pairs = line.match(/ \w+=[\w.]+/g) ?? []
    const bad = pairs.filter((pair) => {
      try {
        return !observation.safeParse(read(line.replace(pair, ''))).success
      } catch {
        return false
      }
    })
    expect(bad).toEqual([])
  },
)

test('a frame has the name that the machine gives its address, or none', () => {
  const names: Record<string, string | undefined> = { tcp_v4_send_reset: undefined, tcp_v4_rcv: '[veth]' }
  expect(readLine(LINES.answered, NAMES, (_, name) => names[name])).toMatchObject({ stack: ['[veth]'] })
})

test.each([
  ['is put behind the function that it called', '__tcp_close', ['tcp_v4_send_reset', '__tcp_close', 'tcp_v4_rcv']],
  ['is there once where the stack has it too', 'tcp_v4_rcv', ['tcp_v4_send_reset', 'tcp_v4_rcv']],
])('a caller that arm64 has in a register %s', (_, caller, stack) => {
  const line = LINES.answered.replace(' stack=', ` caller=ffffd5825b62421c caller_name=${caller} stack=`)
  expect(read(line)).toMatchObject({ stack })
})

test('a caller in a module that came later has its name', () => {
  const line = LINES.answered.replace(' stack=', ' caller=ffffd5827000 caller_name=_end stack=')
  const named = readLine(line, NAMES, (address, name) => (address === 'ffffd5827000' ? '[nf_reject_ipv4]' : name))
  expect(named).toMatchObject({ stack: ['tcp_v4_send_reset', '[nf_reject_ipv4]', 'tcp_v4_rcv'] })
})
