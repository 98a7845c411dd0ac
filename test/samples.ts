// SPDX-License-Identifier: MIT
// Observations to build tests from: each function gives a whole one, and what matters to a test is put over it.
import type { Shown } from '../src/format/sink.ts'
import type { Case } from '../src/flow/case.ts'
import { NO_PAST } from '../src/flow/past.ts'
import {
  SCHEMA,
  type Answer,
  type FlowFacts,
  type Kind,
  type Segment,
  type Socket,
  type Task,
} from '../src/observation.ts'
import type { Time } from '../src/time.ts'
import type { Verdict } from '../src/verdict/verdict.ts'

/** `ms` milliseconds after boot. */
export const at = (ms: number): Time => ({ s: Math.floor(ms / 1000), ns: Math.round((ms % 1000) * 1e6) })

export const TUPLE = {
  family: 4,
  saddr: '192.0.2.2',
  sport: 40000,
  daddr: '192.0.2.1',
  dport: 80,
  netns: 4026531840,
} as const

export const SYN = 2
export const RST = 4
export const ACK = 16
export const PSH_ACK = 24
export const RST_ACK = 20

export const segment = (over: Partial<Segment> = {}): Segment => ({
  skb: 'ffff0001',
  flags: PSH_ACK,
  seq: 1000,
  ack: 2000,
  window: 502,
  length: 0,
  ttl: 64,
  ip_id: 7,
  ...over,
})

export const socket = (over: Partial<Socket> = {}): Socket => ({
  sk: 'ffff8001',
  state: 'ESTABLISHED',
  snd_una: 2000,
  snd_nxt: 2000,
  rcv_nxt: 1000,
  copied_seq: 1000,
  ...over,
})

export const task = (over: Partial<Task> = {}): Task => ({ pid: 812, comm: 'nginx', exit_code: null, ...over })

export const flow = (over: Partial<FlowFacts> = {}): FlowFacts => ({ ttl: 64, packets: 4, last: at(900), ...over })

export const start = (over: Partial<Kind<'start'>> = {}): Kind<'start'> => ({
  kind: 'start',
  schema: SCHEMA,
  tool: '0.1.0',
  at: at(0),
  boot: { s: 1_795_316_400, ns: 1 },
  kernel: '6.1.0',
  host: 'web-1',
  bpftrace: '0.17.0',
  filter: {},
  probes: ['tcp_reset'],
  missing: [],
  program: 'e3b0',
  ehash: 'off',
  ...over,
})

export const packet = (over: Partial<Kind<'packet'>> = {}): Kind<'packet'> => ({
  kind: 'packet',
  at: at(1000),
  cpu: 0,
  fn: 'tcp_v4_rcv',
  tuple: TUPLE,
  segment: segment(),
  first: true,
  ...over,
})

/** A RST that comes in, as it is before it is processed: by default at exactly rcv_nxt, and for no socket that is known. */
export const arrival = (over: Partial<Segment> = {}, rest: Partial<Kind<'packet'>> = {}): Kind<'packet'> =>
  packet({ segment: segment({ flags: RST, window: 0, ip_id: 0, ...over }), first: false, ...rest })

/** By default one that came in and ended an established connection. */
export const reset = (over: Partial<Kind<'reset'>> = {}): Kind<'reset'> => ({
  kind: 'reset',
  at: at(1000),
  cpu: 0,
  fn: 'tcp_reset',
  tuple: TUPLE,
  segment: segment({ flags: RST_ACK }),
  socket: socket(),
  task: null,
  stack: [],
  reason: null,
  flow: flow(),
  ...over,
})

export const reply = (over: Partial<Kind<'reply'>> = {}): Kind<'reply'> => ({
  kind: 'reply',
  at: at(1000.01),
  cpu: 0,
  fn: 'ip_send_unicast_reply',
  skb: 'ffff0001',
  ...over,
})

export const state = (over: Partial<Kind<'state'>> = {}): Kind<'state'> => ({
  kind: 'state',
  at: at(999),
  cpu: 0,
  fn: 'inet_sock_set_state',
  tuple: TUPLE,
  sk: 'ffff8001',
  from: 'ESTABLISHED',
  to: 'CLOSE',
  task: task(),
  ...over,
})

export const owner = (over: Partial<Kind<'owner'>> = {}): Kind<'owner'> => ({
  kind: 'owner',
  at: at(500),
  cpu: 0,
  fn: 'accept',
  tuple: TUPLE,
  sk: 'ffff8001',
  task: task(),
  ...over,
})

/** By default a DNAT in another network namespace: port 32193 of 192.0.2.254 leads to the connection of TUPLE. */
export const nat = (over: Partial<Kind<'nat'>> = {}): Kind<'nat'> => ({
  kind: 'nat',
  at: at(400),
  cpu: 0,
  fn: '__nf_conntrack_confirm',
  tuple: { ...TUPLE, daddr: '192.0.2.254', dport: 32193, netns: 4026532500 },
  reply: { saddr: TUPLE.daddr, sport: TUPLE.dport, daddr: TUPLE.saddr, dport: TUPLE.sport },
  ...over,
})

export const call = (over: Partial<Kind<'call'>> = {}): Kind<'call'> => ({
  kind: 'call',
  at: at(1000),
  cpu: 0,
  fn: 'tcp_v4_rcv',
  who: '32c',
  tuple: TUPLE,
  segment: segment(),
  socket: null,
  was: null,
  reason: null,
  location: null,
  ...over,
})

/** The kernel's dropping of a segment. */
export const drop = (location: string | null, reason: string | null = null, over: Partial<Kind<'call'>> = {}) =>
  call({ fn: 'kfree_skb', who: '0', at: at(1000.02), segment: arrival().segment, reason, location, ...over })

export const returned = (over: Partial<Kind<'return'>> = {}): Kind<'return'> => ({
  kind: 'return',
  at: at(1000.01),
  cpu: 0,
  fn: 'tcp_v4_rcv',
  who: '32c',
  value: '0',
  ...over,
})

/** The kernel's counters of the namespace of TUPLE, `ms` after boot. */
export const counters = (ms: number, values: Record<string, number>): Kind<'counters'> => ({
  kind: 'counters',
  at: at(ms),
  netns: TUPLE.netns,
  values,
})

export const total = (sent: number): Kind<'total'> => ({ kind: 'total', netns: TUPLE.netns, sent })

export const lookup = (answer: Answer = { found: 'none' }, over: Partial<Kind<'lookup'>> = {}): Kind<'lookup'> => ({
  kind: 'lookup',
  at: at(1001.5),
  event: at(1000),
  why: 'reset',
  tuple: TUPLE,
  source: 'module',
  answer,
  ...over,
})

/** The place of what TUPLE had been is that of a connection that ended at `since`, in milliseconds. */
export const forgot = (since: number): Kind<'forgot'> => ({
  kind: 'forgot',
  at: at(999.9),
  cpu: 0,
  fn: 'inet_sock_set_state',
  tuple: TUPLE,
  since: at(since),
})

export const tick = (ms: number): Kind<'tick'> => ({ kind: 'tick', at: at(ms) })
export const lost = (what: 'events' | 'lookups', count: number): Kind<'lost'> => ({ kind: 'lost', what, count })
export const stop = (error: string | null = null): Kind<'stop'> => ({ kind: 'stop', error })

const CAME_IN = ['tcp_reset', 'tcp_check_req', 'tcp_timewait_state_process', 'tcp_v4_rcv', 'tcp_v6_rcv']

/** A case as correlate makes it from one reset. */
export const caseOf = (over: Partial<Kind<'reset'>> = {}, rest: Partial<Case> = {}): Case => {
  const event = reset(over)
  return {
    outcome: CAME_IN.includes(event.fn) ? 'received' : 'sent',
    reset: event,
    stateBefore: event.socket?.state ?? null,
    owner: null,
    closer: null,
    dev: null,
    flowDev: null,
    withoutRst: null,
    replied: null,
    role: null,
    drop: null,
    unsent: null,
    others: [],
    rejectUnseen: false,
    after: null,
    before: null,
    late: null,
    boundTo: null,
    nat: [],
    past: NO_PAST,
    traced: null,
    gaps: [],
    lossBefore: false,
    ...rest,
  }
}

export const verdict = (over: Partial<Verdict> = {}): Verdict => ({
  at: at(1000),
  outcome: 'sent',
  cause: 'unread-data-on-close',
  who: 'local-app',
  confidence: 'certain',
  tuple: TUPLE,
  state: 'ESTABLISHED',
  owner: { how: 'closer', pid: 812, comm: 'nginx', cgroup: null },
  by: null,
  dev: null,
  nat: [],
  after: lookup({ found: 'none', bucket: 6001, chain: 0 }),
  late: null,
  resetReason: null,
  dropReason: null,
  rst: null,
  why: 'nginx[812] closed it in ESTABLISHED, 17 bytes unread',
  segment: null,
  unread: 17,
  because: ['tcp_send_active_reset ran in close() by nginx[812]', '17 bytes of the peer were unread'],
  stack: [],
  ...over,
})

/** A verdict as a table of rules has it: `no-listener, certain`, or `unknown`. */
export const briefly = ({ cause, confidence }: Verdict): string =>
  confidence === 'unknown' ? cause : `${cause}, ${confidence}`

/** How a run is shown: as it is piped. */
export const shown = (over: Partial<Shown> = {}): Shown => ({
  stack: false,
  explain: false,
  steps: false,
  detail: 'brief',
  paint: false,
  width: 80,
  watched: false,
  zone: () => 0,
  ...over,
})
