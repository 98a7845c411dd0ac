// SPDX-License-Identifier: MIT
// An account as data. JSON, CSV and README.md are made from these lists and nothing else.
import type { Value } from '../format/columns.ts'
import { timeOf, isoTime } from '../time.ts'
import { flagNames } from '../flow/states.ts'
import type { Half } from './half.ts'
import type { Host } from './host.ts'
import type { Told } from './join.ts'
import { rstOfAccount } from './rst.ts'

/** The number of the contract of these lines; the rules are those of the verdict's. */
const JOIN_SCHEMA = 1

type Field<T> = { name: string; means: string; value: (of: T, hosts: readonly Host[]) => Value }

const dated = (wall: bigint) => isoTime(timeOf(wall), { s: 0, ns: 0 })

/** What is below `sender` and `receiver`. */
export const END_FIELDS = [
  { name: 'host', means: 'the name of the host, or its file', value: ({ host }, hosts) => hosts[host]?.name ?? '' },
  { name: 'time', means: "when, by that host's own clock", value: ({ wall }) => dated(wall) },
  { name: 'outcome', means: 'its verdict: sent, received or ignored', value: ({ outcome }) => outcome },
  { name: 'cause', means: 'its verdict: why', value: ({ cause }) => cause },
  { name: 'who', means: 'its verdict: whose doing, as seen from there', value: ({ who }) => who },
  { name: 'confidence', means: 'its verdict: how sure', value: ({ confidence }) => confidence },
  { name: 'why', means: 'its verdict in one sentence', value: ({ why }) => why },
  { name: 'address', means: 'its own address, as it names it', value: ({ tuple }) => tuple.daddr },
  { name: 'port', means: 'its own port', value: ({ tuple }) => tuple.dport },
  { name: 'peer', means: 'the address of the other end, as it names it', value: ({ tuple }) => tuple.saddr },
  { name: 'peer_port', means: 'the port of the other end', value: ({ tuple }) => tuple.sport },
  { name: 'state', means: 'the state of its socket until then', value: ({ state }) => state },
  { name: 'pid', means: 'the owner there, where known', value: ({ owner }) => owner?.pid ?? null },
  { name: 'comm', means: 'its name', value: ({ owner }) => owner?.comm ?? null },
] as const satisfies readonly Field<Half>[]

const end = (half: Half | null, hosts: readonly Host[]): Value =>
  half === null ? null : Object.fromEntries(END_FIELDS.map(({ name, value }) => [name, value(half, hosts)]))

/** Every field of an account, in order. */
export const ACCOUNT_FIELDS = [
  { name: 'schema', means: 'the number of this contract', value: () => JOIN_SCHEMA },
  { name: 'time', means: "when, by the first host's clock", value: ({ at }) => dated(at) },
  { name: 'connection', means: 'the number of its connection here', value: ({ connection }) => connection },
  {
    name: 'fate',
    means:
      'arrived; lost on the way; dropped by its own host; unsent by the host it names; sent or received: the other end is not recorded',
    value: ({ fate }) => fate,
  },
  { name: 'cause', means: "why: the sender's cause, where it is known", value: ({ cause }) => cause },
  { name: 'confidence', means: 'how sure that is', value: ({ confidence }) => confidence },
  {
    name: 'inference',
    means: 'what the receiver had inferred, against that: right, weaker, wrong; none of a RST that it ignored',
    value: ({ inference }) => inference,
  },
  {
    name: 'matched_by',
    means: 'how the two ends were found to be of one RST: tuple, nat, numbers',
    value: ({ by }) => by,
  },
  {
    name: 'travel_ns',
    means: 'on its way so long, by the offset of the clocks',
    value: ({ travel }) => rounded(travel),
  },
  { name: 'silent', means: 'the host that should have got it, or sent it, and did not', value: silent },
  { name: 'flags', means: 'of the RST', value: (told) => flagsOf(told) },
  { name: 'seq', means: 'its sequence number', value: (told) => rstOfAccount(told)?.seq ?? null },
  { name: 'ack', means: 'its acknowledgment number', value: (told) => rstOfAccount(told)?.ack ?? null },
  { name: 'ttl', means: 'as it came', value: ({ came }) => came?.rst?.ttl ?? null },
  {
    name: 'ip_id',
    means: 'as it came: the sender is seen before it has one',
    value: ({ came }) => came?.rst?.ip_id ?? null,
  },
  {
    name: 'sender',
    means: 'the end that sent it; null where none is known to',
    value: ({ sent }, hosts) => end(sent, hosts),
  },
  { name: 'receiver', means: 'the end that got it', value: ({ came }, hosts) => end(came, hosts) },
] as const satisfies readonly Field<Told>[]

const rounded = (travel: number | null) => (travel === null ? null : Math.round(travel))

const flagsOf = (told: Told) => {
  const rst = rstOfAccount(told)
  return rst === null ? null : flagNames(rst.flags)
}

function silent({ silent: host }: Told, hosts: readonly Host[]): Value {
  return host === null ? null : (hosts[host]?.name ?? null)
}

/** An account as an object of these fields. */
export const recordOf = (told: Told, hosts: readonly Host[]): { readonly [name: string]: Value } =>
  Object.fromEntries(ACCOUNT_FIELDS.map(({ name, value }) => [name, value(told, hosts)]))
