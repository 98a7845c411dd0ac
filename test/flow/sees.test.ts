// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { SEES_NOTHING, seesOf } from '../../src/flow/sees.ts'
import { start } from '../samples.ts'

test.each([
  [['tcp_reset'], {}],
  [['tcp_v4_rcv', 'kfree_skb'], { drops: true }],
  [['netif_receive_skb'], { early: true }],
  [['nf_ct_attach', 'kfree_skb'], { drops: true, rejects: true }],
])('a trace with the probes %j sees %j', (probes, seen) => {
  expect(seesOf(start({ probes }))).toEqual({ ...SEES_NOTHING, ...seen })
})
