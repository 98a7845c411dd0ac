// SPDX-License-Identifier: MIT
import { isoTime } from '../time.ts'
import { CAUSES } from '../verdict/causes.ts'
import type { Verdict } from '../verdict/verdict.ts'
import { ehash } from './ehash.ts'
import { nat } from './nat.ts'
import type { Shown, Start } from './sink.ts'

/** What JSON can hold; undefined is left out. */
export type Value =
  string | number | boolean | null | undefined | readonly string[] | { readonly [name: string]: Value }

/** A field of what is printed: its name in every format, what it means, and its value. */
export type Field<T> = { name: string; means: string; value: (of: T, start: Start) => Value }

/** Every field of a verdict, in order. JSON, CSV, their schema and README.md are made from this list and nothing else. */
export const COLUMNS = [
  {
    name: 'time',
    means: 'when the reset happened, ISO 8601 with nanoseconds',
    value: ({ at }, { boot }) => isoTime(at, boot),
  },
  { name: 'outcome', means: 'sent, received or ignored', value: ({ outcome }) => outcome },
  { name: 'cause', means: 'why: a name that trace-reset causes explains', value: ({ cause }) => cause },
  { name: 'who', means: 'whose doing it was', value: ({ who }) => who },
  {
    name: 'confidence',
    means: 'certain (a kernel path or state proves it), likely (inferred), unknown',
    value: ({ confidence }) => confidence,
  },
  { name: 'family', means: '4 or 6', value: ({ tuple }) => tuple.family },
  { name: 'saddr', means: "the peer's address", value: ({ tuple }) => tuple.saddr },
  { name: 'sport', means: "the peer's port", value: ({ tuple }) => tuple.sport },
  { name: 'daddr', means: 'the address here', value: ({ tuple }) => tuple.daddr },
  { name: 'dport', means: 'the port here', value: ({ tuple }) => tuple.dport },
  { name: 'netns', means: 'the inode of the network namespace', value: ({ tuple }) => tuple.netns },
  {
    name: 'state',
    means: 'the state of the socket until the reset; null without a socket, and where it was not seen',
    value: ({ state }) => state,
  },
  { name: 'pid', means: 'the owner, where known', value: ({ owner }) => owner?.pid ?? null },
  { name: 'comm', means: "the owner's name, where known", value: ({ owner }) => owner?.comm ?? null },
  { name: 'owner', means: 'how the owner is known: closer, socket, none', value: ({ owner }) => owner?.how ?? 'none' },
  { name: 'cgroup', means: "the owner's cgroup (version 2), where known", value: ({ owner }) => owner?.cgroup ?? null },
  { name: 'dev', means: 'the interface that its packets come in by, where seen', value: ({ dev }) => dev },
  {
    name: 'nat',
    means: 'the other tuple, before NAT or after it, and the netns that translates; not there where none is known',
    value: nat,
  },
  {
    name: 'reset_reason',
    means: "the kernel's own reason for a RST of its own (enum sk_rst_reason, Linux 6.12 and later)",
    value: ({ resetReason }) => resetReason,
  },
  {
    name: 'drop_reason',
    means: 'of a RST that came in and was dropped: the reason (enum skb_drop_reason, Linux 5.17 and later)',
    value: ({ dropReason }) => dropReason,
  },
  { name: 'ehash', means: 'what the TCP hash held right after the reset', value: ehash },
  { name: 'because', means: 'the evidence, a sentence each', value: ({ because }) => because },
] as const satisfies readonly Field<Verdict>[]

/** What `--stack` adds. */
export const STACK: Field<Verdict> = {
  name: 'stack',
  means: 'the kernel functions below the reset, from the innermost outwards',
  value: ({ stack }) => stack,
}

/** What `--explain` adds. */
export const EXPLANATION: readonly Field<Verdict>[] = [
  { name: 'means', means: 'what the cause means', value: ({ cause }) => CAUSES[cause].means },
  { name: 'usually', means: 'what usually makes it', value: ({ cause }) => CAUSES[cause].usually },
  { name: 'next', means: 'what to look at next, a sentence each', value: ({ cause }) => CAUSES[cause].next },
]

/** The fields of a verdict that are shown, in order. */
export const shownFields = ({ stack, explain }: Shown): readonly Field<Verdict>[] => [
  ...COLUMNS,
  ...(stack ? [STACK] : []),
  ...(explain ? EXPLANATION : []),
]
