// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { endpoint, tupleKey } from '../../src/flow/tuple.ts'
import { TUPLE } from '../samples.ts'

test.each([
  ['192.0.2.1', '192.0.2.1:80'],
  ['2001:db8::1', '[2001:db8::1]:80'],
])('the endpoint of %s is %s', (address, text) => expect(endpoint(address, 80)).toBe(text))

test.each([{ saddr: '192.0.2.3' }, { sport: 1 }, { daddr: '192.0.2.3' }, { dport: 1 }, { netns: 1 }])(
  'another %j is another connection',
  (over) => expect(tupleKey({ ...TUPLE, ...over })).not.toBe(tupleKey(TUPLE)),
)
