// SPDX-License-Identifier: MIT
// A verdict as a log record of OpenTelemetry. Names are those of its semantic conventions where they have one.
import { containerOf } from '../flow/container.ts'
import { flagNames } from '../flow/states.ts'
import { isRst } from '../flow/segment.ts'
import type { Time } from '../time.ts'
import { actorOf, type Verdict } from '../verdict/verdict.ts'
import { OUTPUT_SCHEMA, type Value } from './columns.ts'
import { ehash } from './ehash.ts'
import { nat } from './nat.ts'
import type { Start } from './sink.ts'

/** The name of the event. By the conventions an event has no body: `tcp.reset.why` is the sentence for people. */
export const EVENT_NAME = 'tcp.reset'

/** What an attribute can hold here. */
export type AttributeValue = string | number | boolean | string[]

/** What is sent of a verdict. `at` is a time since 1970. */
export type OtlpRecord = {
  at: Time
  severity: { number: number; text: string }
  attributes: Record<string, AttributeValue>
}

/** An attribute, its value, and of which field of `--format json` it is; undefined of none of them. */
type Attribute = {
  name: string
  field?: string
  value: (verdict: Verdict, start: Start) => Value
}

const rstOf = ({ rst }: Verdict) => rst
const natOf = (verdict: Verdict): Readonly<Record<string, Value>> => objectOf(nat(verdict))
const podContainer = ({ owner }: Verdict) => {
  const { name, podUid, pod } = containerOf(owner)
  return { name, inPod: podUid !== null || pod !== null }
}

/** Every attribute but those of `ehash`, in order. A value that is not known is not sent. */
export const ATTRIBUTES: readonly Attribute[] = [
  { name: 'network.transport', value: () => 'tcp' },
  { name: 'network.type', field: 'family', value: ({ tuple }) => `ipv${tuple.family}` },
  { name: 'network.peer.address', field: 'saddr', value: ({ tuple }) => tuple.saddr },
  { name: 'network.peer.port', field: 'sport', value: ({ tuple }) => tuple.sport },
  { name: 'network.local.address', field: 'daddr', value: ({ tuple }) => tuple.daddr },
  { name: 'network.local.port', field: 'dport', value: ({ tuple }) => tuple.dport },
  { name: 'network.connection.state', field: 'state', value: ({ state }) => connectionState(state) },
  { name: 'network.io.direction', value: ({ outcome }) => (outcome === 'sent' ? 'transmit' : 'receive') },
  { name: 'network.interface.name', field: 'dev', value: ({ dev }) => dev },
  { name: 'process.pid', field: 'pid', value: ({ owner }) => owner?.pid },
  // process.executable.name is that of the file; the kernel's name of a task is its main thread's.
  { name: 'thread.name', field: 'comm', value: ({ owner }) => owner?.comm },
  { name: 'process.linux.cgroup', field: 'cgroup', value: ({ owner }) => owner?.cgroup },
  { name: 'container.id', field: 'container_id', value: ({ owner }) => containerOf(owner).id },
  {
    name: 'container.name',
    field: 'container',
    value: (of) => (podContainer(of).inPod ? null : podContainer(of).name),
  },
  { name: 'container.runtime.name', field: 'runtime', value: ({ owner }) => containerOf(owner).runtime },
  {
    name: 'k8s.container.name',
    field: 'container',
    value: (of) => (podContainer(of).inPod ? podContainer(of).name : null),
  },
  { name: 'k8s.namespace.name', field: 'namespace', value: ({ owner }) => containerOf(owner).namespace },
  { name: 'k8s.pod.name', field: 'pod', value: ({ owner }) => containerOf(owner).pod },
  { name: 'k8s.pod.uid', field: 'pod_uid', value: ({ owner }) => containerOf(owner).podUid },
  { name: 'tcp.reset.schema', field: 'schema', value: () => OUTPUT_SCHEMA },
  { name: 'tcp.reset.outcome', field: 'outcome', value: ({ outcome }) => outcome },
  { name: 'tcp.reset.cause', field: 'cause', value: ({ cause }) => cause },
  { name: 'tcp.reset.who', field: 'who', value: ({ who }) => who },
  { name: 'tcp.reset.confidence', field: 'confidence', value: ({ confidence }) => confidence },
  { name: 'tcp.reset.why', field: 'why', value: ({ why }) => why },
  { name: 'tcp.reset.evidence', field: 'because', value: ({ because }) => because },
  { name: 'tcp.reset.netns', field: 'netns', value: ({ tuple }) => tuple.netns },
  { name: 'tcp.reset.owner', field: 'owner', value: ({ owner }) => owner?.how ?? 'none' },
  { name: 'tcp.reset.by.pid', field: 'by_pid', value: (verdict) => actorOf(verdict)?.pid },
  { name: 'tcp.reset.by.comm', field: 'by_comm', value: (verdict) => actorOf(verdict)?.comm },
  { name: 'tcp.reset.reason', field: 'reset_reason', value: ({ resetReason }) => resetReason },
  { name: 'tcp.reset.drop_reason', field: 'drop_reason', value: ({ dropReason }) => dropReason },
  { name: 'tcp.reset.unread_bytes', field: 'unread_bytes', value: ({ unread }) => unread },
  { name: 'tcp.reset.rst.seq', value: (verdict) => rstOf(verdict)?.seq },
  { name: 'tcp.reset.rst.ack', value: (verdict) => rstOf(verdict)?.ack },
  {
    name: 'tcp.reset.segment.kind',
    field: 'segment',
    value: ({ segment }) => segment && (isRst(segment) ? 'rst' : 'answered'),
  },
  { name: 'tcp.reset.segment.flags', field: 'flags', value: ({ segment }) => segment && flagNames(segment.flags) },
  { name: 'tcp.reset.segment.seq', field: 'seq', value: ({ segment }) => segment?.seq },
  { name: 'tcp.reset.segment.ack', field: 'ack', value: ({ segment }) => segment?.ack },
  { name: 'tcp.reset.segment.window', field: 'window', value: ({ segment }) => segment?.window },
  { name: 'tcp.reset.segment.payload_bytes', field: 'payload_bytes', value: ({ segment }) => segment?.length },
  { name: 'tcp.reset.segment.ttl', field: 'ttl', value: ({ segment }) => segment?.ttl },
  { name: 'tcp.reset.segment.ip_id', field: 'ip_id', value: ({ segment }) => segment?.ip_id },
  { name: 'tcp.reset.nat.peer.address', field: 'nat', value: (verdict) => natOf(verdict)['saddr'] },
  { name: 'tcp.reset.nat.peer.port', field: 'nat', value: (verdict) => natOf(verdict)['sport'] },
  { name: 'tcp.reset.nat.local.address', field: 'nat', value: (verdict) => natOf(verdict)['daddr'] },
  { name: 'tcp.reset.nat.local.port', field: 'nat', value: (verdict) => natOf(verdict)['dport'] },
  { name: 'tcp.reset.nat.netns', field: 'nat', value: (verdict) => natOf(verdict)['netns'] },
]

/** The verdict as a log record. */
export const otlpRecord = (verdict: Verdict, start: Start): OtlpRecord => ({
  at: sinceEpoch(verdict.at, start.boot),
  severity: severityOf(verdict),
  attributes: known([
    ...ATTRIBUTES.map(({ name, value }) => [name, value(verdict, start)] as const),
    ...Object.entries(objectOf(ehash(verdict, start))).map(
      ([name, value]) => [`tcp.reset.ehash.${name}`, value] as const,
    ),
  ]),
})

/** The attributes of the resource that a trace's records are of: the host that was traced, and what judged. */
export const otlpResource = ({ host, kernel, tool }: Start): Record<string, AttributeValue> =>
  known([
    ['service.name', 'trace-reset'],
    ['service.version', tool],
    ['host.name', host],
    ['os.type', 'linux'],
    ['os.version', kernel],
  ])

/** What changed nothing or is no sign of a fault is information; a RST of somebody else an error. */
const severityOf = ({ outcome, cause }: Verdict): OtlpRecord['severity'] => {
  if (cause === 'forged') return { number: 17, text: 'ERROR' }
  if (outcome === 'ignored' || cause === 'time-wait') return { number: 9, text: 'INFO' }
  return { number: 13, text: 'WARN' }
}

/** The conventions' spellings (network.connection.state), where they are not the kernel's in small letters. */
const STATES: Readonly<Record<string, string | null>> = {
  NONE: null,
  CLOSE: 'closed',
  SYN_RECV: 'syn_received',
  NEW_SYN_RECV: 'syn_received',
  FIN_WAIT1: 'fin_wait_1',
  FIN_WAIT2: 'fin_wait_2',
}

const connectionState = (state: string | null) => {
  if (state === null) return null
  const named = STATES[state]
  return named === undefined ? state.toLowerCase() : named
}

const sinceEpoch = (at: Time, boot: Time): Time => {
  const ns = at.ns + boot.ns
  return { s: at.s + boot.s + Math.floor(ns / 1e9), ns: ns % 1e9 }
}

const objectOf = (value: Value): Readonly<Record<string, Value>> =>
  typeof value === 'object' && value !== null && !isList(value) ? value : {}

// Array.isArray does not know readonly arrays.
const isList = (value: Value): value is readonly string[] => Array.isArray(value)

const known = (all: readonly (readonly [string, Value])[]): Record<string, AttributeValue> => {
  const attributes: Record<string, AttributeValue> = {}
  for (const [name, value] of all) {
    if (isList(value)) attributes[name] = [...value]
    else if (value !== null && typeof value !== 'object' && value !== undefined) attributes[name] = value
  }
  return attributes
}
