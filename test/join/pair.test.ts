// SPDX-License-Identifier: MIT
// Sessions are made with both their ends, and what becomes of each RST is known: the join must find all of it, and nothing else.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Told } from '../../src/join/join.ts'
import type { Observation, Segment } from '../../src/observation.ts'
import { compareTime, timeOf, type Time } from '../../src/time.ts'
import { ACK, packet, reply, reset, RST, RST_ACK, segment, socket, start, stop, task } from '../samples.ts'
import { joined } from './hosts.ts'

const CLIENT = '198.51.100.2'
const SERVER = '192.0.2.1'
const FRONT = '203.0.113.9'
const [FRONT_PORT, SERVER_PORT, FIRST_PORT] = [32193, 80, 40_000]

/** Connections one after the other; their ports come round again. */
const APART_MS = 300
const PORTS = 30

/** What a recording must have for its silence to be of weight. */
const PROBES = [
  'tcp_v4_rcv',
  'tcp_v6_rcv',
  'tcp_send_active_reset',
  'tcp_v4_send_reset',
  'tcp_v6_send_reset',
  'ip_send_unicast_reply',
  'tcp_v6_send_response',
  'nf_ct_attach',
  'kfree_skb',
  'tcp_reset',
]

const session = fc.record({
  by: fc.constantFrom('server', 'client'),
  how: fc.constantFrom('abort', 'answer'),
  fate: fc.constantFrom('arrived', 'arrived', 'arrived', 'lost', 'unsent'),
  nat: fc.constantFrom('none', 'none', 'known', 'unknown'),
  // Not so near to another's that one could be taken for it, and never 0.
  seq: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
  ack: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
  delayUs: fc.integer({ min: 20, max: 40_000 }),
})
type Session = typeof session extends fc.Arbitrary<infer S> ? S : never

/** Each end by its own clock, which is so many milliseconds before the first host's. */
const world = fc.record({
  sessions: fc.array(session, { minLength: 1, maxLength: 60 }),
  skewMs: fc.integer({ min: -600_000, max: 600_000 }),
})

const time = (us: number): Time => timeOf(BigInt(Math.round(us)) * 1000n)

/** The names that the ends give one connection: the server's own, and the client's, which may know a front alone. */
const namesOf = ({ nat }: Session, index: number) => {
  const port = FIRST_PORT + (index % PORTS)
  const there = nat === 'none' ? { address: SERVER, port: SERVER_PORT } : { address: FRONT, port: FRONT_PORT }
  return {
    server: { saddr: CLIENT, sport: port, daddr: SERVER, dport: SERVER_PORT, family: 4, netns: 4026531840 },
    client: { saddr: there.address, sport: there.port, daddr: CLIENT, dport: port, family: 4, netns: 4026531840 },
  } as const
}

const isWhole = ({ how, seq, ack, by }: Session, index: number) => {
  const skb = `skb${index + 1}`
  const sender = socket({ sk: `sk${index + 1}`, snd_nxt: seq, snd_una: seq, rcv_nxt: ack, copied_seq: ack })
  const came: Partial<Segment> =
    how === 'abort' ? { flags: RST_ACK, seq, ack, window: 500 } : { flags: RST, seq, ack: 0, window: 0 }
  return {
    skb,
    sender,
    came: segment({ skb: `${skb}1`, ...came }),
    other: by === 'server' ? 'client' : 'server',
  } as const
}

/** The Observations of one session, by host. */
const told = (one: Session, index: number): { server: Observation[]; client: Observation[] } => {
  const { by, fate, nat, delayUs, seq } = one
  const names = namesOf(one, index)
  const { skb, sender, came, other } = isWhole(one, index)
  const us = (index + 1) * APART_MS * 1000
  const lines: { server: Observation[]; client: Observation[] } = { server: [], client: [] }
  for (const end of ['server', 'client'] as const)
    lines[end].push(
      packet({ at: time(us - 20_000), tuple: names[end], segment: segment({ skb: `${skb}0`, flags: ACK }) }),
    )
  if (nat === 'known')
    lines.server.push({
      kind: 'nat',
      at: time(us - 30_000),
      cpu: 0,
      fn: '__nf_conntrack_confirm',
      tuple: {
        family: 4,
        saddr: CLIENT,
        sport: names.server.sport,
        daddr: FRONT,
        dport: FRONT_PORT,
        netns: 4026531840,
      },
      reply: { saddr: SERVER, sport: SERVER_PORT, daddr: CLIENT, dport: names.server.sport },
    })
  if (fate !== 'unsent') lines[by].push(...sent(one, index, us))
  if (fate !== 'lost')
    lines[other].push(
      reset({
        at: time(us + delayUs),
        tuple: names[other],
        segment: came,
        socket: socket({ sk: sender.sk, snd_nxt: came.ack, snd_una: came.ack, rcv_nxt: seq, copied_seq: seq }),
      }),
    )
  return lines
}

const sent = (one: Session, index: number, us: number): Observation[] => {
  const { skb, sender } = isWhole(one, index)
  const tuple = namesOf(one, index)[one.by]
  if (one.how === 'abort')
    return [
      reset({
        at: time(us),
        fn: 'tcp_send_active_reset',
        tuple,
        segment: null,
        socket: { ...sender, copied_seq: (one.ack - 1) >>> 0 },
        task: task(),
        stack: ['tcp_send_active_reset', '__tcp_close', 'tcp_close', 'inet_release'],
      }),
    ]
  const asked = segment({ skb, flags: ACK, seq: one.ack, ack: one.seq, length: 10 })
  return [
    reset({ at: time(us), fn: 'tcp_v4_send_reset', tuple, segment: asked, socket: null, flow: null }),
    reply({ at: time(us + 5), skb }),
  ]
}

const recordingOf = (host: string, lines: readonly Observation[], skewMs: number): Observation[] => {
  const boot = timeOf(1_795_316_400_000_000_000n + BigInt(skewMs) * 1_000_000n)
  const timed = lines.flatMap((line) => ('at' in line ? [line] : [])).toSorted((a, b) => compareTime(a.at, b.at))
  const end = time(120_000_000)
  return [start({ host, boot, probes: PROBES }), ...timed, { kind: 'tick', at: end, read: end }, stop()]
}

/** What is wrong with an account of a session: it is no pair of two, and no RST that both ends tell is taken for nobody's. */
const faultsOf = ({ fate, confidence, sent: from, came }: Told, one: Session, isFound: boolean): string[] => {
  const isPair = from !== null && came !== null
  return [
    ...(one.fate === 'arrived' && isFound && !isPair ? [`${fate}, and it arrived`] : []),
    ...(isPair && from.rst?.seq !== came.rst?.seq ? ['a pair of two RSTs'] : []),
    ...(isPair && one.fate !== 'arrived' ? [`a pair, and it was ${one.fate}`] : []),
    ...(fate === 'unsent' && confidence === 'certain' && one.fate !== 'unsent' ? ["taken for nobody's"] : []),
  ]
}

const numbersOf = ({ sent: from, came }: Told) => (came ?? from)?.rst?.seq

test('of sessions with both ends, clocks that differ, and NAT: every pair is found, and no other', async () => {
  await fc.assert(
    fc.asyncProperty(world, async ({ sessions, skewMs }) => {
      const distinct = [...new Map(sessions.map((one) => [one.seq, one])).values()]
      const ends = distinct.map(told)
      const result = await joined([
        recordingOf(
          'server',
          ends.flatMap(({ server }) => server),
          0,
        ),
        recordingOf(
          'client',
          ends.flatMap(({ client }) => client),
          skewMs,
        ),
      ])
      const known = new Map(distinct.map((one) => [one.seq, one]))
      const isFound = (one: Session) => one.fate !== 'arrived' || matchable(one, distinct)
      expect(result.told).toHaveLength(distinct.reduce((sum, one) => sum + (isFound(one) ? 1 : 2), 0))
      const faults = result.told.flatMap((account) => {
        const one = known.get(numbersOf(account) ?? -1)
        return one === undefined ? ['of no session'] : faultsOf(account, one, isFound(one))
      })
      expect(faults).toEqual([])
      const ahead = result.clocks[1]?.ahead ?? skewMs * 1e6
      expect(Math.abs(ahead / 1e6 - skewMs)).toBeLessThanOrEqual(41)
    }),
    { numRuns: 150 },
  )
})

// A RST without ACK has 32 bits: through a NAT that nobody tells of they must be borne out by the clocks, and so by another pair.
const matchable = ({ nat, how }: Session, all: readonly Session[]) =>
  nat !== 'unknown' ||
  how === 'abort' ||
  all.some(({ fate, nat: other, how: by }) => fate === 'arrived' && (other !== 'unknown' || by === 'abort'))
