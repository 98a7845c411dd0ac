// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { rstOf } from '../../src/flow/rst.ts'
import { ACK, PSH_ACK, RST, RST_ACK, reset, segment, socket, SYN } from '../samples.ts'

const FIN_ACK = 17

test.each([
  [
    'that came in, as it came',
    RST_ACK,
    segment({ flags: RST_ACK, seq: 7, ack: 9 }),
    { seq: 7, ack: 9, from: 'packet' },
  ],
  ['for a SYN', RST_ACK, segment({ flags: SYN, seq: 7, ack: 0 }), { seq: 0, ack: 8, from: 'answered' }],
  ['for a SYN at the end of the numbers', RST_ACK, segment({ flags: SYN, seq: 2 ** 32 - 1 }), { seq: 0, ack: 0 }],
  ['for data with ACK', RST, segment({ flags: PSH_ACK, seq: 7, ack: 9, length: 5 }), { seq: 9, ack: 0 }],
  ['for FIN and data without ACK', RST_ACK, segment({ flags: 1, seq: 7, length: 5 }), { seq: 0, ack: 13 }],
  ['for FIN with ACK', RST, segment({ flags: FIN_ACK, seq: 7, ack: 9 }), { seq: 9, ack: 0 }],
  ['for a bare ACK', RST, segment({ flags: ACK, seq: 7, ack: 2 ** 32 - 1 }), { seq: 2 ** 32 - 1 }],
])('the RST %s', (_, flags, seen, fields) => {
  expect(rstOf({ reset: reset({ segment: seen }) })).toMatchObject({ flags, ...fields })
})

test('the RST of its own accord has the numbers of its socket', () => {
  const rst = rstOf({ reset: reset({ segment: null, socket: socket({ snd_nxt: 2000, rcv_nxt: 1000 }) }) })
  expect(rst).toMatchObject({ flags: RST_ACK, seq: 2000, ack: 1000, from: 'socket', skb: null })
})

test('where neither was seen there is none', () => {
  expect(rstOf({ reset: reset({ segment: null, socket: null }) })).toBeNull()
  expect(rstOf({ reset: reset({ segment: null, socket: { sk: '1', state: 'CLOSE' } }) })).toBeNull()
})
