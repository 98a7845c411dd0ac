// SPDX-License-Identifier: MIT
import { flagNames } from '../flow/states.ts'
import { endpoint } from '../flow/tuple.ts'
import type { Step } from '../flow/steps.ts'
import { isoTime, spanText } from '../time.ts'
import { localTime } from './clock.ts'
import { CONTRACT, ORIGIN, type Field, type Value } from './columns.ts'
import type { Shown, Start } from './sink.ts'
import { printable, wrap } from './text.ts'

const ofSegment = <N extends 'seq' | 'ack' | 'window' | 'ttl' | 'ip_id'>(name: N) => ({
  name,
  means: 'of the segment',
  value: ({ call }: Step): Value => call.segment?.[name] ?? null,
})

/** Every field of a step of the trail, in order; those that a verdict has too have its names and meanings. */
export const STEP_FIELDS = [
  CONTRACT,
  { name: 'time', means: 'when the function was called', value: ({ call }, { boot }) => isoTime(call.at, boot) },
  { name: 'step', means: 'the kernel function', value: ({ call }) => call.fn },
  { name: 'returned', means: 'what it gave back, in its own words', value: ({ returned }) => returned?.value ?? null },
  { name: 'took_ns', means: 'from call to return', value: ({ returned }) => returned?.took ?? null },
  { name: 'reason', means: 'of a drop: the reason', value: ({ call }) => call.reason },
  { name: 'location', means: 'of a drop: the function that dropped', value: ({ call }) => call.location },
  { name: 'cpu', means: 'the CPU that ran it', value: ({ call }) => call.cpu },
  ...(['family', 'saddr', 'sport', 'daddr', 'dport', 'netns'] as const).map((name) => ({
    name,
    means: 'as of a verdict',
    value: ({ call }: Step) => call.tuple[name],
  })),
  { name: 'dev', means: 'the interface it came in by', value: ({ call }) => call.segment?.dev ?? null },
  { name: 'flags', means: 'of the segment', value: ({ call }) => call.segment && flagNames(call.segment.flags) },
  ...(['seq', 'ack', 'window'] as const).map(ofSegment),
  { name: 'payload_bytes', means: 'of the segment', value: ({ call }) => call.segment?.length ?? null },
  ...(['ttl', 'ip_id'] as const).map(ofSegment),
  {
    name: 'skb',
    means: 'the segment in the memory of the kernel, numbered',
    value: ({ call }) => call.segment?.skb ?? null,
  },
  {
    name: 'sk',
    means: 'the socket in the memory of the kernel, numbered',
    value: ({ call }) => call.socket?.sk ?? null,
  },
  { name: 'state', means: 'of that socket', value: ({ call }) => call.socket?.state ?? null },
  ...ORIGIN,
] as const satisfies readonly Field<Step>[]

/** Columns of the time to microseconds with the space behind it. */
const INDENT = 16

/** A step for people: when, what function and what it returned; below it the packet, where there is one. */
export const stepEntry = (step: Step, { boot }: Start, { width, zone }: Pick<Shown, 'width' | 'zone'>): string => {
  const { call, returned } = step
  const time = localTime(call.at, boot, zone).time.slice(0, 15)
  const { segment, socket, tuple } = call
  const head = [
    `${call.fn}${returned === null || returned.value === '' ? '' : ` = ${returned.value}`}`,
    ...(returned === null ? [] : [`in ${spanText(returned.took)}`]),
    ...(call.reason === null ? [] : [call.reason]),
    ...(call.location === null ? [] : [`by ${call.location}`]),
    ...(socket === null ? [] : [`${socket.state} sk ${socket.sk}`]),
    `cpu ${call.cpu}`,
  ].join(', ')
  const connection = `${endpoint(tuple.saddr, tuple.sport)} > ${endpoint(tuple.daddr, tuple.dport)}`
  const packet =
    segment === null
      ? `${connection} netns ${tuple.netns}`
      : `${connection} ${flagNames(segment.flags)} seq ${segment.seq} ack ${segment.ack} win ${segment.window} len ${segment.length} ttl ${segment.ttl} id ${segment.ip_id} skb ${segment.skb} netns ${tuple.netns}${segment.dev === undefined ? '' : ` dev ${segment.dev}`}`
  const [first = '', ...rest] = [head, packet].flatMap((text) => wrap(printable(text), width - INDENT))
  return `${time} ${first}\n${rest.map((line) => `${' '.repeat(INDENT)}${line}\n`).join('')}`
}
