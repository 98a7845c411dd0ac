// SPDX-License-Identifier: MIT
// What `--format json` prints, as a schema. Names and meanings are those of the columns: a column that has no type here does
// not compile.
import { z } from 'zod'
import { address, answer } from '../values.ts'
import { CAUSES } from '../verdict/causes.ts'
import { OUTCOMES, WHO } from '../verdict/cause.ts'
import { CONFIDENCES } from '../verdict/rule.ts'
import { COLUMNS, EXPLANATION, OUTPUT_SCHEMA, STACK } from './columns.ts'
import { EHASH_FIELDS } from './ehash.ts'
import { NAT_FIELDS } from './nat.ts'
import { STEP_FIELDS } from './step.ts'

const count = z.int().min(0)
const text = z.string().nullable()
const sentences = z.array(z.string())

const number = count.nullable()
const line = {
  schema: z.literal(OUTPUT_SCHEMA),
  time: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/),
  family: z.union([z.literal(4), z.literal(6)]),
  saddr: address,
  sport: count.max(65535),
  daddr: address,
  dport: count.max(65535),
  netns: count,
  dev: text,
  state: text,
  flags: text,
  seq: number,
  ack: number,
  window: number,
  // A recording does not bound it either.
  payload_bytes: z.int().nullable(),
  ttl: number,
  ip_id: number,
  host: text,
  kernel: z.string(),
  tool: z.string().regex(/^trace-reset /),
}

type Named = { readonly name: string; readonly means: string }

/** The types of those fields, in their order and with their meanings. */
const described = <F extends Named>(fields: readonly F[], types: Readonly<Record<F['name'], z.ZodType>>) =>
  Object.fromEntries(fields.map(({ name, means }: F) => [name, types[name as F['name']].describe(means)]))

const EHASH: Readonly<Record<keyof typeof EHASH_FIELDS, z.ZodType>> = {
  source: z.enum(['module', 'ss', 'off', 'not-asked']),
  lag_ns: z.int().nullable(),
  late: z.boolean().nullable(),
  ...answer.shape,
}
const ehash = z.strictObject(
  described(
    Object.entries(EHASH_FIELDS).map(([name, means]) => ({ name, means })),
    EHASH,
  ),
)

const NAT: Readonly<Record<keyof typeof NAT_FIELDS, z.ZodType>> = {
  saddr: address,
  sport: count.max(65535),
  daddr: address,
  dport: count.max(65535),
  netns: count,
}
const nat = z.strictObject(
  described(
    Object.entries(NAT_FIELDS).map(([name, means]) => ({ name, means })),
    NAT,
  ),
)

/** A verdict, as a line of `--format json`. */
export const verdictOutput = z.strictObject({
  ...described(COLUMNS, {
    ...line,
    outcome: z.enum(OUTCOMES),
    cause: z.enum(Object.keys(CAUSES).toSorted()),
    who: z.enum(WHO),
    confidence: z.enum(CONFIDENCES),
    pid: count.nullable(),
    comm: text,
    owner: z.enum(['closer', 'socket', 'none']),
    by_pid: count.nullable(),
    by_comm: text,
    cgroup: text,
    container: text,
    container_id: text,
    runtime: text,
    pod: text,
    pod_uid: text,
    namespace: text,
    nat: nat.optional(),
    reset_reason: text,
    drop_reason: text,
    segment: z.enum(['rst', 'answered']).nullable(),
    unread_bytes: number,
    ehash,
    why: z.string(),
    because: sentences,
  }),
  stack: sentences.optional().describe(`${STACK.means} (--stack)`),
  ...Object.fromEntries(
    EXPLANATION.map(({ name, means }) => [
      name,
      (name === 'next' ? sentences : z.string()).optional().describe(`${means} (--explain)`),
    ]),
  ),
})

const step = z.strictObject(
  described(STEP_FIELDS, {
    ...line,
    step: z.string(),
    returned: text,
    took_ns: z.int().nullable(),
    reason: text,
    location: text,
    cpu: count,
    skb: text,
    sk: text,
  }),
)

/** One line of `--format json`: a verdict, or with `--packets` or `--probe` a step of a packet. */
export const jsonOutput = z.union([verdictOutput, step])
