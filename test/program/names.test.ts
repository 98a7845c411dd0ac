// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { namesOf } from '../../src/program/names.ts'

const { reset, drop, value } = namesOf({
  functions: {},
  returns: {
    nothing: 'void',
    pointer: '*',
    number: 'int',
    truth: 'bool',
    older_truth: '_Bool',
    verdict: 'enum tcp_tw_status',
    dropped: 'enum skb_drop_reason',
    unknown_enum: 'enum netdev_tx',
    wide: 'long unsigned int',
  },
  typedefs: [],
  enums: {
    tcp_tw_status: { 0: 'TCP_TW_SUCCESS', 1: 'TCP_TW_RST' },
    skb_drop_reason: { 0: 'SKB_NOT_DROPPED_YET', 2: 'SKB_DROP_REASON_NOT_SPECIFIED', 3: 'SKB_CONSUMED' },
    sk_rst_reason: { 0: 'SK_RST_REASON_NOT_SPECIFIED', 2: 'SK_RST_REASON_NO_SOCKET' },
  },
})

test.each([
  ['nothing', 'ffff888100000000', ''],
  ['pointer', '0', 'NULL'],
  ['pointer', 'ffff888103c48000', '0xffff888103c48000'],
  ['number', '0', '0'],
  ['number', '1', '1'],
  ['number', 'ffffffea', '-22'],
  ['number', 'ffffffffffffffea', '-22'],
  ['number', 'dead0000ffffffea', '-22'],
  ['number', 'dead000000000001', '1'],
  ['truth', '0', 'false'],
  ['truth', '1', 'true'],
  ['truth', 'dead00000000be00', 'false'],
  ['truth', 'dead00000000be01', 'true'],
  ['older_truth', '100', 'false'],
  ['verdict', '1', 'TCP_TW_RST'],
  ['verdict', 'dead000000000001', 'TCP_TW_RST'],
  ['verdict', '9', '9'],
  ['dropped', '0', '0'],
  ['dropped', 'dead000000000000', '0'],
  ['dropped', '2', 'NOT_SPECIFIED'],
  ['dropped', '3', 'CONSUMED'],
  ['dropped', '7f', 'REASON_127'],
  ['unknown_enum', '10', '16'],
  ['wide', 'dead000000000001', '0xdead000000000001'],
  ['of_no_type_in_BTF', '2a', '0x2a'],
])('%s gave the register %s: %j', (fn, register, expected) => {
  expect(value(fn, register)).toBe(expected)
})

test('reasons lose their prefix, and a number without a name keeps it', () => {
  expect([reset(0), reset(2), reset(99)]).toEqual(['NOT_SPECIFIED', 'NO_SOCKET', 'REASON_99'])
  expect([drop(2), drop(3), drop(99)]).toEqual(['NOT_SPECIFIED', 'CONSUMED', 'REASON_99'])
})

test('a kernel without the enums has numbers', () => {
  const bare = namesOf({ functions: {}, returns: { verdict: 'enum tcp_tw_status' }, typedefs: [], enums: {} })
  expect([bare.reset(2), bare.drop(2), bare.value('verdict', '1')]).toEqual(['REASON_2', 'REASON_2', '1'])
})
