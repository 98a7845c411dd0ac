// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { CAUSES } from '../../src/verdict/causes.ts'
import { judge } from '../../src/verdict/judge.ts'
import { reasonText } from '../../src/verdict/reasons.ts'
import { call, caseOf, segment, SYN } from '../samples.ts'

const answered = (reason: string | null) =>
  caseOf({ fn: 'tcp_v4_send_reset', segment: segment({ flags: SYN }), socket: null, flow: null, reason })

test('without a reason nothing is said, and nothing doubted', () => {
  expect(reasonText(answered(null), CAUSES['no-listener'])).toEqual({ because: [], against: false })
})

test('a reason that goes with the cause is said', () => {
  expect(reasonText(answered('NO_SOCKET'), CAUSES['no-listener'])).toEqual({
    because: ["the kernel's own reason: NO_SOCKET"],
    against: false,
  })
  expect(judge(answered('NO_SOCKET'))).toMatchObject({ cause: 'no-listener', confidence: 'certain' })
})

test('a reason that goes against the cause is said, and the cause is likely at most', () => {
  const verdict = judge(answered('TCP_ABORT_ON_CLOSE'))
  expect(verdict).toMatchObject({ cause: 'no-listener', confidence: 'likely' })
  expect(verdict.because).toContain(
    "the kernel's own reason: TCP_ABORT_ON_CLOSE; NO_SOCKET goes with this cause: one of the two is wrong",
  )
})

test.each(['NOT_SPECIFIED'])('%s says nothing against any cause', (reason) => {
  for (const cause of Object.values(CAUSES))
    expect(reasonText(answered(reason), cause)).toMatchObject({ against: false })
})

test.each([
  ['ignored-challenge-ack', 'TCP_RESET', false],
  ['ignored-challenge-ack', 'TCP_INVALID_SEQUENCE', true],
  ['ignored-out-of-window', 'TCP_INVALID_SEQUENCE', false],
  ['ignored-out-of-window', 'TCP_RESET', true],
  ['ignored-no-socket', 'NO_SOCKET', false],
  ['ignored-listener', 'TCP_RESET', false],
] as const)('dropped for %s: %s', (cause, reason, against) => {
  const dropped = caseOf({ fn: 'tcp_v4_rcv' }, { drop: call({ fn: 'kfree_skb', reason }) })
  expect(reasonText(dropped, CAUSES[cause])).toMatchObject({ against })
})
