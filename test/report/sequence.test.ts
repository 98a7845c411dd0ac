// SPDX-License-Identifier: MIT
import { describe, expect, test } from 'vitest'
import { drawing } from '../../src/report/drawing.ts'
import { markup } from '../../src/report/markup.ts'
import { sequence, type Item } from '../../src/report/sequence.ts'
import { arrival, at, call, lookup, owner, packet, reset, RST, segment, state, task, verdict } from '../samples.ts'
import { observationsOf, toldOf } from './told.ts'

const lines = (items: readonly Item[]) =>
  items.map((item) =>
    [item.when, item.kind === 'arrow' ? `${item.from}>${item.to} ${item.look}` : item.on, item.label, item.detail]
      .filter(Boolean)
      .join(' | '),
  )

const EVENTS = [
  packet({ at: at(500), segment: segment({ flags: 2, seq: 7, ttl: 63 }) }),
  state({ at: at(501), from: 'SYN_RECV', to: 'ESTABLISHED' }),
  owner({ at: at(502) }),
  lookup({ found: 'established', state: 'ESTABLISHED' }, { at: at(510), event: at(500), why: 'first' }),
  lookup(),
]

test('what the owner did is told in order, from the reset on', () => {
  const stack = ['tcp_send_active_reset', '__tcp_close', '__x64_sys_close']
  const { lanes, items, left } = sequence(verdict({ stack, resetReason: 'TCP_ABORT_ON_CLOSE' }), EVENTS)
  expect(left).toBe(0)
  expect(lanes.map(({ id, title, note }) => `${id}: ${title}, ${note}`)).toEqual([
    'peer: peer, 192.0.2.2:40000',
    "here: this host's TCP, 192.0.2.1:80",
    'owner: nginx[812], the owner, who acted',
  ])
  expect(lines(items)).toEqual([
    '−500 ms | peer>here packet | SYN · ttl 63 | seq 7',
    '−499 ms | here | SYN_RECV → ESTABLISHED',
    '−498 ms | owner>here call | accept()',
    '−490 ms | here | TCP hash: ESTABLISHED | when the flow was first seen',
    '0 | owner>here call | close()',
    '0 | here>peer reset | RST | TCP_ABORT_ON_CLOSE',
    '+1.5 ms | here | TCP hash: nothing | after the reset',
  ])
})

const came = (over = {}) =>
  verdict({ outcome: 'received', owner: null, segment: segment({ flags: RST, ttl: 254 }), ...over })

test.each([
  ['of the peer', came({ who: 'peer-app', cause: 'peer-aborted' }), ['peer>here reset', 'RST · ttl 254']],
  ['of another machine', came({ who: 'middlebox', cause: 'forged' }), ['stranger>here reset', 'RST · ttl 254']],
  ['of a program here', came({ who: 'local-app', cause: 'local-injection' }), ['stranger>here reset', 'RST · ttl 254']],
  ['that was ignored', came({ outcome: 'ignored', who: 'unknown' }), ['peer>here ignored', 'RST · ttl 254, ignored']],
  [
    'that answers',
    verdict({ who: 'local-kernel', cause: 'no-socket', owner: null, segment: segment({ length: 5 }) }),
    ['peer>here packet', 'PSH ACK · 5 bytes · ttl 64, answered', 'here>peer reset', 'RST'],
  ],
  [
    'of a firewall, for what came in',
    verdict({ who: 'local-firewall', cause: 'firewall-reject', owner: null, segment: segment({ dev: 'eth0' }) }),
    ['peer>stranger packet', 'PSH ACK · ttl 64, answered', 'stranger>peer reset', 'RST'],
  ],
  [
    'of a firewall, for what this host was sending',
    verdict({ who: 'local-firewall', cause: 'firewall-reject', owner: null, segment: segment() }),
    ['here>stranger packet', 'PSH ACK · ttl 64, answered', 'stranger>here reset', 'RST'],
  ],
  [
    'that somebody else asked for',
    verdict({ owner: { how: 'socket', pid: 1, comm: 'web', cgroup: null }, by: { pid: 2, comm: 'ss' } }),
    ['by>here call', 'has it reset', 'here>peer reset', 'RST'],
  ],
])('a RST %s', (_, given, arrows) => {
  const { items } = sequence(given, [])
  expect(
    items.flatMap((item) => (item.kind === 'arrow' ? [`${item.from}>${item.to} ${item.look}`, item.label] : [])),
  ).toEqual(arrows)
})

test('the RST itself is told once, an earlier one as such', () => {
  const rst = segment({ skb: 'ffff0002', flags: RST })
  const events = [
    reset({ at: at(900), fn: 'tcp_send_active_reset', segment: null }),
    arrival({ skb: 'ffff0002' }, { at: at(999) }),
    reset({ at: at(1000), segment: rst }),
  ]
  expect(lines(sequence(verdict({ outcome: 'received', cause: 'peer-aborted', segment: rst }), events).items)).toEqual([
    '−100 ms | here>peer packet | RST, an earlier one',
    '0 | peer>here reset | RST · ttl 64 | seq 1000',
  ])
})

test('a packet is one arrow, though it is first seen between its functions; of a long way the ends are told', () => {
  const one = segment({ skb: 'ffff0009', flags: 2 })
  const events = [
    call({ at: at(990), fn: 'ip_rcv', segment: one }),
    packet({ at: at(991), segment: one }),
    call({ at: at(992), fn: 'tcp_v4_rcv', segment: one }),
    call({ at: at(993), fn: 'tcp_v4_do_rcv', segment: one }),
    call({ at: at(994), fn: 'tcp_rcv_state_process', segment: one }),
  ]
  expect(lines(sequence(verdict({ owner: null }), events).items).slice(0, 2)).toEqual([
    '−10 ms | peer>here packet | SYN · ttl 64 | ip_rcv › … › tcp_rcv_state_process',
    '0 | here>peer reset | RST',
  ])
})

test('the functions that a packet comes to are one arrow, its drop a note', () => {
  const one = segment({ skb: 'ffff0009' })
  const events = [
    call({ at: at(990), fn: 'ip_rcv', segment: one }),
    call({ at: at(991), fn: 'tcp_v4_rcv', segment: one }),
    call({
      at: at(992),
      fn: 'kfree_skb',
      segment: segment({ skb: 'ffff0010' }),
      reason: 'NO_SOCKET',
      location: 'tcp_v4_rcv',
    }),
  ]
  expect(lines(sequence(verdict({ owner: null }), events).items).slice(0, 2)).toEqual([
    '−10 ms | peer>here packet | PSH ACK · ttl 64 | ip_rcv › tcp_v4_rcv',
    '−8 ms | here | dropped: PSH ACK | kfree_skb by tcp_v4_rcv, NO_SOCKET',
  ])
})

test('of a long past the last is drawn, and how much is left out', () => {
  const events = Array.from({ length: 100 }, (_, n) => state({ at: at(n) }))
  const { items, left } = sequence(verdict({ owner: null }), events)
  expect({ left, drawn: items.length }).toEqual({ left: 76, drawn: 25 })
})

test('a hostile name is text without control characters', () => {
  const comm = '</text>\u001b\u202e<i>'
  const shown = verdict({ owner: { how: 'socket', pid: 1, comm, cgroup: null } })
  const drawn = markup(drawing(sequence(shown, [owner({ task: task({ comm }) })])))
  expect(drawn).toContain('&lt;/text&gt;\\x1b\\x202e&lt;i&gt;[1]')
  expect(drawn).not.toMatch(/<i>|[\p{Cc}\p{Cf}]/u)
})

describe('drawn from the fixtures', () => {
  test.each(['unread-data-on-close', 'forged', 'firewall-reject', 'socket-killed', 'ignored-challenge-ack'])(
    '%s',
    async (name) => {
      const [told] = await toldOf(observationsOf(`6.12/${name}`))
      if (told === undefined) throw new Error('no verdict')
      const text = markup(drawing(sequence(told.verdict, told.events))).replaceAll(/<(?=[a-z])/g, '\n<')
      await expect(`${text.trimStart()}\n`).toMatchFileSnapshot(`golden/${name}.svg`)
    },
  )
})
