// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { openCase } from '../../src/flow/opened.ts'
import { createFlows } from '../../src/flow/flows.ts'
import { NO_PAST } from '../../src/flow/past.ts'
import { isTrap, isTrapOf } from '../../src/flow/trap.ts'
import { at, reset, RST, segment, socket, TUPLE } from '../samples.ts'
import { replying } from './cases.ts'

const data = segment({ length: 5 })
const trap = reset({ segment: data, socket: socket({ state: 'FIN_WAIT2' }) })
const replyAt = (ms: number, over: Parameters<typeof segment>[0] = {}) =>
  replying({ at: at(ms), segment: { ...data, ...over }, socket: socket({ state: 'CLOSE' }) })

test.each<[string, ReturnType<typeof reset>, boolean]>([
  ['data after close', trap, true],
  ['a RST', reset({ segment: segment({ flags: RST }) }), false],
  ['a segment that is not known, on a closed connection', reset({ segment: null, socket: trap.socket }), true],
  ['a segment that is not known, on an open one: a RST', reset({ segment: null }), false],
  ['another function', { ...trap, fn: 'tcp_check_req' }, false],
])('tcp_reset runs for %s', (_, event, expected) => {
  expect(isTrap(event)).toBe(expected)
})

test.each<[string, ReturnType<typeof reset>, boolean]>([
  ['the same segment', replyAt(1000.01), true],
  ['the same segment, late', replyAt(1999), true],
  ['a segment in the same memory', replyAt(1000.01, { seq: 7 }), false],
  ['a segment in other memory', replyAt(1000.01, { skb: 'b' }), false],
  ['the same address and number, too late', replyAt(2000), false],
])('the trap belongs to the reply to %s', (_, reply, expected) => {
  expect(isTrapOf(trap, reply)).toBe(expected)
})

test.each<[string, ReturnType<typeof reset>, boolean, boolean]>([
  ['taken by its reply', replyAt(1000.01), true, false],
  ['kept while its reply may come', replyAt(1000.01, { skb: 'b' }), false, true],
  ['forgotten when it is too old', replyAt(2000, { skb: 'b' }), false, false],
])('the trap of a flow is %s', (_, reply, isTaken, isKept) => {
  const flow = createFlows().of(TUPLE, at(0))
  flow.trap = trap
  const { withoutRst } = openCase(reply, {
    flow,
    owner: null,
    after: null,
    nat: [],
    past: NO_PAST,
    traced: null,
    gaps: [],
    lossBefore: false,
  })
  expect([withoutRst === trap, flow.trap === trap]).toEqual([isTaken, isKept])
})
