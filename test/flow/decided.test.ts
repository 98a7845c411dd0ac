// SPDX-License-Identifier: MIT
// Whether there was a reset, and for how long a case is held until that is known. A virtual machine may stand still between
// two events that belong together: seen in the lab, 163 ms between the attempt to reply and its way to IP.
import { expect, test } from 'vitest'
import type { Case } from '../../src/flow/case.ts'
import { happened, holdFor, REPLY_UNSEEN } from '../../src/flow/decided.ts'
import {
  at,
  caseOf,
  drop,
  lookup,
  owner,
  packet,
  reply,
  reset,
  RST,
  segment,
  socket,
  start,
  state,
  SYN,
  tick,
} from '../samples.ts'
import { cases } from './cases.ts'

const attempt = reset({ fn: 'tcp_v4_send_reset', segment: segment({ flags: SYN }), socket: null })

test('an attempt becomes a RST that goes to IP 163 ms later', () => {
  expect(cases(attempt, tick(1162), reply({ at: at(1163.4) }))).toMatchObject([{ replied: at(1163.4) }])
})

test('an attempt that does not in a second is none', () => {
  expect(cases(attempt, tick(2001), reply({ at: at(2001.1) }))).toEqual([])
})

const unseen = start({ probes: ['tcp_v4_send_reset', 'tcp_v6_send_reset', 'tcp_v6_send_response'] })

test('an attempt counts where no probe can see its RST leave, is not waited for, and is told with that doubt', () => {
  expect(cases(unseen, attempt, tick(1051))).toMatchObject([{ replied: null, gaps: [REPLY_UNSEEN] }])
})

test('an attempt of the other family, whose RSTs are seen to leave, is none', () => {
  const six = reset({ ...attempt, fn: 'tcp_v6_send_reset', tuple: { ...attempt.tuple, family: 6 } })
  expect(cases(unseen, six, tick(3000))).toEqual([])
})

test('a RST that its socket obeys 163 ms after it came in is one reset', () => {
  const rst = segment({ flags: RST, seq: 7 })
  const found = cases(
    start({ probes: ['tcp_v4_rcv', 'kfree_skb'] }),
    packet({ segment: rst, first: false, socket: socket() }),
    tick(1162),
    reset({ at: at(1163.4), segment: rst }),
  )
  expect(found.map(({ reset: { fn } }) => fn)).toEqual(['tcp_reset'])
})

const closedByTimer = reset({ fn: 'tcp_send_active_reset', segment: null, socket: socket({ state: 'CLOSE' }) })

test('who accepted it is known, though the buffer that says so comes after all that followed', () => {
  const found = cases(state(), closedByTimer, owner({ at: at(500) }), tick(1100))
  expect(found).toMatchObject([{ owner: { how: 'socket', pid: 812 } }])
})

test('another socket of the same ports, accepted later, is not that', () => {
  expect(cases(state(), closedByTimer, owner({ at: at(1001) }))).toMatchObject([{ owner: null }])
  expect(cases(state(), closedByTimer, owner({ at: at(500), sk: 'ffff9999' }))).toMatchObject([{ owner: null }])
})

const sends = { fn: 'tcp_v4_send_reset', socket: null, segment: segment({ flags: SYN }) }
const early = { fn: 'netif_receive_skb' }
const rejection = { fn: 'nf_send_reset', segment: segment({ flags: SYN }) }

test.each<[string, Case, boolean, number]>([
  ['a reset that came in', caseOf(), true, 50],
  ['a reply that was seen to be sent', caseOf(sends, { replied: at(1000.01) }), true, 50],
  ['a reply that was not', caseOf(sends), false, 1000],
  ['a reply that was not, where something was lost', caseOf(sends, { gaps: ['lost'] }), true, 1000],
  [
    'a reply to a RST, where something was lost',
    caseOf({ ...sends, segment: segment({ flags: 4 }) }, { gaps: ['lost'] }),
    false,
    1000,
  ],
  ['an arrival that was dropped', caseOf({ fn: 'tcp_v4_rcv' }, { drop: drop('tcp_v4_rcv') }), true, 50],
  ['an arrival that was not', caseOf({ fn: 'tcp_v4_rcv' }), true, 1000],
  ['an early packet that TCP dropped', caseOf(early, { drop: drop('tcp_v4_rcv', 'NO_SOCKET') }), true, 50],
  ['an early packet that TCP dropped without a reason', caseOf(early, { drop: drop('tcp_v4_rcv') }), false, 50],
  ['an early packet that was dropped before', caseOf(early, { drop: drop('ip_forward', 'X') }), false, 50],
  ['an early packet that was not dropped', caseOf(early), false, 1000],
  ['a REJECT here, before its RST comes back', caseOf(rejection), true, 1000],
  [
    'a look-up that is younger than the events',
    caseOf({}, { after: lookup({ found: 'none' }, { at: at(1100) }) }),
    true,
    1000,
  ],
  ['a look-up that is not', caseOf({}, { after: lookup({ found: 'none' }, { at: at(1050) }) }), true, 50],
])('%s', (_, one, isReset, held) => {
  expect([happened(one), holdFor(one, at(1050)) / 1e6]).toEqual([isReset, held])
})
