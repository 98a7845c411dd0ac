// SPDX-License-Identifier: MIT
// The table `observations`: the lines of recordings, with what most of them have as columns.
import { flagNames } from '../flow/states.ts'
import type { Field } from '../format/columns.ts'
import type { Start } from '../format/sink.ts'
import type { ColumnType } from '../format/typed.ts'
import type { Observation, Segment, Task } from '../observation.ts'
import { isoTime } from '../time.ts'

/** An Observation, and where it stands. */
export type Observed = { observation: Observation; recording: number; line: number }

/** A column of the table. */
export type ObservedField = Field<Observed> & { type: ColumnType }

const ofTuple = <K extends 'family' | 'saddr' | 'sport' | 'daddr' | 'dport' | 'netns'>(name: K, type: ColumnType) => ({
  name,
  type,
  means: 'as of a verdict',
  value: ({ observation }: Observed) => ('tuple' in observation ? observation.tuple[name] : null),
})

const segmentOf = (observation: Observation): Segment | null => ('segment' in observation ? observation.segment : null)

const taskOf = (observation: Observation): Task | null => ('task' in observation ? observation.task : null)

const ofSegment = (name: string, type: ColumnType, value: (segment: Segment) => string | number | undefined) => ({
  name,
  type,
  means: 'of the segment, as of a verdict',
  value: ({ observation }: Observed) => {
    const segment = segmentOf(observation)
    return segment === null ? null : (value(segment) ?? null)
  },
})

/** Every column, in order. */
export const OBSERVED: readonly ObservedField[] = [
  { name: 'recording', type: 'integer', means: 'which of the recordings, from 1', value: ({ recording }) => recording },
  { name: 'line', type: 'integer', means: 'its place there, from 1', value: ({ line }) => line },
  {
    name: 'kind',
    type: 'text',
    means: 'what it is: reset, packet, state, lookup, ...',
    value: (of) => of.observation.kind,
  },
  {
    name: 'time',
    type: 'moment',
    means: 'when it happened; null where a kind has no time',
    value: ({ observation }, { boot }) => ('at' in observation ? isoTime(observation.at, boot) : null),
  },
  { name: 'host', type: 'text', means: 'as of a verdict', value: (_, { host }: Start) => host ?? null },
  {
    name: 'cpu',
    type: 'integer',
    means: 'the CPU that ran it',
    value: ({ observation }) => ('cpu' in observation ? observation.cpu : null),
  },
  {
    name: 'fn',
    type: 'text',
    means: 'the kernel function',
    value: ({ observation }) => ('fn' in observation ? observation.fn : null),
  },
  ofTuple('family', 'integer'),
  ofTuple('saddr', 'text'),
  ofTuple('sport', 'integer'),
  ofTuple('daddr', 'text'),
  ofTuple('dport', 'integer'),
  ofTuple('netns', 'integer'),
  ofSegment('flags', 'text', ({ flags }) => flagNames(flags)),
  ofSegment('seq', 'integer', ({ seq }) => seq),
  ofSegment('ack', 'integer', ({ ack }) => ack),
  ofSegment('window', 'integer', ({ window }) => window),
  ofSegment('payload_bytes', 'integer', ({ length }) => length),
  ofSegment('ttl', 'integer', ({ ttl }) => ttl),
  ofSegment('ip_id', 'integer', ({ ip_id }) => ip_id),
  ofSegment('dev', 'text', ({ dev }) => dev),
  {
    name: 'state',
    type: 'text',
    means: 'of its socket; of a change of state, the one before',
    value: ({ observation }) => stateOf(observation),
  },
  { name: 'pid', type: 'integer', means: 'of the task', value: ({ observation }) => taskOf(observation)?.pid ?? null },
  { name: 'comm', type: 'text', means: 'its name', value: ({ observation }) => taskOf(observation)?.comm ?? null },
  {
    name: 'reason',
    type: 'text',
    means: "the kernel's own, of a reset or a drop",
    value: ({ observation }) => ('reason' in observation ? observation.reason : null),
  },
  {
    name: 'json',
    type: 'text',
    means: "all of it, as the recording has it: json->>'$.socket.snd_nxt'",
    value: ({ observation }) => JSON.stringify(observation),
  },
]

const stateOf = (observation: Observation) => {
  if (observation.kind === 'state') return observation.from
  return 'socket' in observation ? (observation.socket?.state ?? null) : null
}
