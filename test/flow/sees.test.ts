// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { SEES_NOTHING, seesOf } from '../../src/flow/sees.ts'
import { start } from '../samples.ts'

test.each([
  [['tcp_reset'], {}],
  [['tcp_v4_rcv', 'kfree_skb'], { drops: true }],
  [['netif_receive_skb'], { early: true }],
  [['nf_ct_attach', 'kfree_skb'], { drops: true, rejects: true }],
  [['ip_send_unicast_reply'], { replies: { 4: true, 6: false } }],
  [['tcp_v6_send_response'], { replies: { 4: false, 6: true } }],
  [['tcp_send_reset'], { replies: { 4: true, 6: true } }],
])('a trace with the probes %j sees %j', (probes, seen) => {
  expect(seesOf(start({ probes }))).toEqual({ ...SEES_NOTHING, replies: { 4: false, 6: false }, ...seen })
})
