// SPDX-License-Identifier: MIT
// netfilter's REJECT of what this host sends: the RST that comes back is no one else's.
import { expect, test } from 'vitest'
import type { Loss } from '../../src/flow/losses.ts'
import { cameBack } from '../../src/flow/rejected.ts'
import type { Observation } from '../../src/observation.ts'
import { judge } from '../../src/verdict/judge.ts'
import {
  ACK,
  arrival,
  at,
  lost,
  owner,
  packet,
  reset,
  RST,
  RST_ACK,
  segment,
  socket,
  start,
  stop,
  SYN,
  tick,
  TUPLE,
} from '../samples.ts'
import { cases } from './cases.ts'

const DROPS = start({ ehash: 'off', probes: ['kfree_skb'] })
const rejecting = (over: Parameters<typeof segment>[0]) =>
  reset({ at: at(1000), fn: 'nf_send_reset', segment: segment({ dev: undefined, ...over }), socket: null, task: null })
const sentSyn = rejecting({ flags: SYN, seq: 700 })
const back = (over: Parameters<typeof segment>[0], ms = 1000.1) =>
  segmentReset({ flags: RST_ACK, seq: 0, ack: 701, ...over }, ms)
const segmentReset = (over: Parameters<typeof segment>[0], ms: number, state = 'SYN_SENT') => [
  { ...arrival(over), at: at(ms) },
  reset({ at: at(ms + 0.01), segment: segment(over), socket: socket({ state }) }),
]
const judged = (...events: Observation[]) =>
  cases(DROPS, owner({ at: at(10) }), ...events, stop()).map((one) => {
    const { cause, who, outcome, state, owner: known } = judge(one)
    return { cause, who, outcome, state, owner: known?.pid }
  })
const FIREWALL = { cause: 'firewall-reject', who: 'local-firewall', outcome: 'sent' }

test('it is one verdict, with the state and the owner of the socket that it came back to', () => {
  expect(judged(sentSyn, ...back({}))).toEqual([{ ...FIREWALL, state: 'SYN_SENT', owner: 812 }])
  const sentData = rejecting({ flags: ACK, seq: 700, ack: 90, length: 5 })
  expect(judged(sentData, ...segmentReset({ flags: RST, seq: 90 }, 1000.1, 'ESTABLISHED'))).toEqual([
    { ...FIREWALL, state: 'ESTABLISHED', owner: 812 },
  ])
})

test('as long as it may take when a machine stands still', () => {
  expect(judged(sentSyn, tick(1600), ...back({}, 1700))).toEqual([{ ...FIREWALL, state: 'SYN_SENT', owner: 812 }])
})

test.each<[string, Observation, Observation[]]>([
  ['another number', sentSyn, back({ ack: 702 })],
  ['another connection', sentSyn, back({}).map((one) => ({ ...one, tuple: { ...TUPLE, sport: 1 } }))],
  ['of a segment that came in', rejecting({ flags: SYN, seq: 700, dev: 'eth0' }), back({})],
])('a RST that is not that one has a verdict of its own: %s', (_, rejected, came) => {
  expect(judged(rejected, ...came)).toHaveLength(2)
})

test('without the segment, as tcp_reset is on 5.10, the connection tells', () => {
  const came = reset({ at: at(1001), segment: null, socket: socket({ state: 'SYN_SENT' }) })
  expect(judged(sentSyn, came)).toEqual([{ ...FIREWALL, state: 'SYN_SENT', owner: 812 }])
})

test('without a segment, a RST that this host sends of its own accord is no echo', () => {
  const own = reset({ at: at(1001), fn: 'tcp_send_active_reset', segment: null, socket: socket() })
  expect(judged(sentSyn, own)).toHaveLength(2)
})

test('one that came to no socket is the firewall all the same', () => {
  expect(judged(sentSyn, back({})[0] ?? packet())).toEqual([{ ...FIREWALL, state: null, owner: undefined }])
})

/** A RST that comes in by `dev` at 1,000 ms, from a connect() that it refuses, between the losses before and after it. */
const refused = (
  dev: string,
  saddr: string,
  probes: string[],
  before: Observation[] = [],
  after: Observation[] = [],
) => {
  const tuple = { ...TUPLE, saddr }
  const seen = segment({ flags: RST_ACK, seq: 0, ack: 701, dev })
  const [verdict] = cases(
    start({ probes: ['kfree_skb', ...probes], at: at(-9000) }),
    ...before,
    packet({ tuple, segment: seen }),
    reset({ tuple, segment: null, socket: socket({ state: 'SYN_SENT' }) }),
    ...after,
    stop(),
  ).map(judge)
  const missing = verdict?.because.some((one) => one.startsWith('missing: proof that no firewall')) === true
  return [verdict?.cause, missing]
}
const PEER = '192.0.2.2'
const UNSEEN = ['unknown', true]
const REFUSED = ['connection-refused', false]

test.each<[string, string, string, string[], unknown[]]>([
  ['by lo from another address', 'lo', PEER, [], UNSEEN],
  ['by lo, and REJECT would be seen', 'lo', PEER, ['nf_ct_attach'], REFUSED],
  ['by lo from this very address', 'lo', TUPLE.daddr, [], REFUSED],
  ['by a wire', 'eth0', PEER, [], REFUSED],
])('of a RST %s', (_, dev, saddr, probes, expected) => {
  expect(refused(dev, saddr, probes)).toEqual(expected)
})

const loss = lost('events', 1)
const lossBegins: Loss = { ...loss, span: 'begins' }

test.each<[string, Observation[], Observation[], unknown[]]>([
  ['just before', [tick(999), loss], [], UNSEEN],
  ['a second before', [tick(0), loss], [], UNSEEN],
  ['long before', [packet({ at: at(-1) }), loss], [], REFUSED],
  ['of which no end is known', [tick(-9000), lossBegins], [], UNSEEN],
  ['just after', [], [tick(1040), loss], UNSEEN],
])('by lo, and REJECT would be seen, had nothing been lost: a loss %s', (_, before, after, expected) => {
  expect(refused('lo', PEER, ['nf_ct_attach'], before, after)).toEqual(expected)
})

test.each([
  ['right after a RST of this host', 'lo', 'eth0', 50_000_000, true],
  ['later', 'lo', 'eth0', 50_000_001, false],
  ['where the kernel does not tell', 'lo', 'eth0', undefined, false],
  ['of a connection by lo', 'lo', 'lo', 0, false],
  ['of a connection by an unknown interface', 'lo', null, 0, false],
  ['by another interface', 'eth0', 'eth0', 0, false],
])('a RST that comes back by lo may be our own: %s', (_, dev, flowDev, own_rst, expected) => {
  expect(cameBack({ dev, flowDev, reset: reset({ own_rst }) })).toBe(expected)
})
