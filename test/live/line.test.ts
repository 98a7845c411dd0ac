// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { readLine } from '../../src/live/line.ts'
import { observation } from '../../src/observation.ts'

const read = (line: string) => readLine(line, { 2: 'SK_RST_REASON_NO_SOCKET' })

const FLOW = 'netns=4026531840 family=4 s0=20200c0 s1=0 sport=40000 d0=10200c0 d1=0 dport=80'
const EVENT = `at=5000000001 cpu=1 ${FLOW}`
const SEGMENT = 'skb=ffff0001 flags=24 seq=1000 ack=2000 window=502 length=5 ttl=64 ip_id=7'
const tuple = { family: 4, saddr: '192.0.2.2', sport: 40000, daddr: '192.0.2.1', dport: 80, netns: 4026531840 }
const segment = { skb: 'ffff0001', flags: 24, seq: 1000, ack: 2000, window: 502, length: 5, ttl: 64, ip_id: 7 }
const event = { at: { s: 5, ns: 1 }, cpu: 1 }

/** One line of each kind, as the files of probes/ print them. */
const LINES = {
  tick: 'tick at=5000000001\n',
  packet: `packet fn=tcp_v4_rcv ${EVENT.replace(FLOW, `${FLOW} first=1`)} ${SEGMENT}\n`,
  reply: 'reply fn=ip_send_unicast_reply at=5000000001 cpu=1 skb=ffff0001\n',
  state: `state fn=inet_sock_set_state ${EVENT} sk=ffff8001 from=8 to=7 pid=812 comm=nginx\n`,
  owner: `owner fn=accept ${EVENT} sk=ffff8001 pid=812 comm=nginx\n`,
  received: `reset fn=tcp_reset ${EVENT} ${SEGMENT} sk=ffff8001 state=1 cookie=1f snd_una=2000 snd_nxt=2005 rcv_nxt=1000 copied_seq=1000 rcv_wnd=502 flow_ttl=64 flow_packets=4 flow_last=4000000000\n`,
  active: `reset fn=tcp_send_active_reset ${EVENT} reason=-1 sk=ffff8001 state=7 cookie=0 snd_una=2000 snd_nxt=2000 rcv_nxt=1005 copied_seq=1000 shutdown=3 sk_flags=111 lingertime=0 err=0 pid=812 task_flags=400104 exit_code=9 stack=\n        tcp_send_active_reset+1\n        __tcp_close+593\n        tcp_close.isra.0+32\n comm=nginx\n`,
  answered: `reset fn=tcp_v4_send_reset ${EVENT} ${SEGMENT} reason=2 sk=0 state=0 substate=0 snd_una=0 snd_nxt=0 rcv_nxt=0 copied_seq=0 tw_rcv_nxt=0 shutdown=0 sk_flags=0 backlog=0 limit=0 stack=\n        tcp_v4_send_reset+1\n        tcp_v4_rcv+2\n\n`,
} as const

test.each<[keyof typeof LINES, unknown]>([
  ['tick', { kind: 'tick', at: event.at }],
  ['packet', { kind: 'packet', ...event, fn: 'tcp_v4_rcv', tuple, segment, first: true }],
  ['reply', { kind: 'reply', ...event, fn: 'ip_send_unicast_reply', skb: 'ffff0001' }],
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
      task: { pid: 812, comm: 'nginx', exit_code: null },
    },
  ],
  [
    'owner',
    {
      kind: 'owner',
      ...event,
      fn: 'inet_csk_accept',
      tuple,
      sk: 'ffff8001',
      task: { pid: 812, comm: 'nginx', exit_code: null },
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
        copied_seq: 1000,
        rcv_wnd: 502,
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
      },
      task: { pid: 812, comm: 'nginx', exit_code: 9 },
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
      segment,
      socket: null,
      task: null,
      stack: ['tcp_v4_send_reset', 'tcp_v4_rcv'],
      reason: 'NO_SOCKET',
      flow: null,
    },
  ],
])('reads the line of %s', (name, expected) => {
  expect(read(LINES[name])).toEqual(expected)
})

test.each([
  ['TIME_WAIT', '6 substate=5', { sk: 'ffff8001', state: 'TIME_WAIT', substate: 'FIN_WAIT2', rcv_nxt: 77 }],
  ['NEW_SYN_RECV', '12 substate=99', { sk: 'ffff8001', state: 'NEW_SYN_RECV' }],
])('what lies beyond a mini-socket in %s is dropped', (_, state, socket) => {
  const line = LINES.answered
    .replace('sk=0 state=0 substate=0', `sk=ffff8001 state=${state}`)
    .replace('tw_rcv_nxt=0', 'tw_rcv_nxt=77')
  expect(read(line)).toMatchObject({ socket })
})

test.each([
  ['2', 'NO_SOCKET'],
  ['99', 'REASON_99'],
  ['-1', null],
])('the reason %s is %s', (number, reason) => {
  expect(read(LINES.answered.replace('reason=2', `reason=${number}`))).toMatchObject({ reason })
})

test.each([
  'a comm=b\nreset fn=',
  'x stack=\n do_exit+1',
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
