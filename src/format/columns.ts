// SPDX-License-Identifier: MIT
import { containerLabel, containerOf, podLabel } from '../flow/container.ts'
import { flagNames } from '../flow/states.ts'
import { isRst } from '../flow/segment.ts'
import { isoTime } from '../time.ts'
import { CAUSES } from '../verdict/causes.ts'
import { actorOf, type Verdict } from '../verdict/verdict.ts'
import { ehash } from './ehash.ts'
import { nat } from './nat.ts'
import type { Shown, Start } from './sink.ts'

/** What JSON can hold; undefined is left out. */
export type Value =
  string | number | boolean | null | undefined | readonly string[] | { readonly [name: string]: Value }

/** A field of what is printed: its name in every format, what it means, and its value. */
export type Field<T> = { name: string; means: string; value: (of: T, start: Start) => Value }

/**
 * The number of the contract that README.md states: what a field is called, what it means, its unit. A new field leaves it;
 * a field that is renamed, removed or means something else raises it.
 */
export const OUTPUT_SCHEMA = 1

/** What each line begins with, whatever it tells. */
export const CONTRACT = {
  name: 'schema',
  means: 'the number of this contract: it changes when a field is renamed, removed or given another meaning',
  value: () => OUTPUT_SCHEMA,
} as const satisfies Field<unknown>

/** Where a line is from: tells the lines of two hosts apart, and of two versions. */
export const ORIGIN = [
  {
    name: 'host',
    means: 'the name of the host that was traced (uname -n); null in recordings from before 0.3',
    value: (_, { host }) => host ?? null,
  },
  { name: 'kernel', means: 'the Linux that was traced (uname -r)', value: (_, { kernel }) => kernel },
  {
    name: 'tool',
    means: 'what judged and printed this, name and version',
    value: (_, { tool }) => `trace-reset ${tool}`,
  },
] as const satisfies readonly Field<unknown>[]

/** Every field of a verdict, in order. JSON, CSV, their schema and README.md are made from this list and nothing else. */
export const COLUMNS = [
  CONTRACT,
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
  { name: 'why', means: 'the same in one plain sentence for people', value: ({ why }) => why },
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
  {
    name: 'by_pid',
    means: 'who acted: the process whose own call reset the connection, be it the owner or another, as ss -K is',
    value: (verdict) => actorOf(verdict)?.pid ?? null,
  },
  { name: 'by_comm', means: 'its name', value: (verdict) => actorOf(verdict)?.comm ?? null },
  { name: 'cgroup', means: "the owner's cgroup, where known", value: ({ owner }) => owner?.cgroup ?? null },
  {
    name: 'container',
    means: "the owner's container: its name, or the first 12 digits of its id where no name is known",
    value: ({ owner }) => containerLabel(containerOf(owner)),
  },
  { name: 'container_id', means: 'its id', value: ({ owner }) => containerOf(owner).id },
  {
    name: 'runtime',
    means: 'what runs it: docker, containerd, cri-o, podman',
    value: ({ owner }) => containerOf(owner).runtime,
  },
  {
    name: 'pod',
    means: "the owner's Kubernetes pod: its name, or its uid where no name is known",
    value: ({ owner }) => podLabel(containerOf(owner)),
  },
  { name: 'pod_uid', means: 'its uid', value: ({ owner }) => containerOf(owner).podUid },
  { name: 'namespace', means: 'its Kubernetes namespace', value: ({ owner }) => containerOf(owner).namespace },
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
  {
    name: 'segment',
    means:
      'the segment that was seen: rst, the RST that came in; answered, the one that a RST sent answers; null, none',
    value: ({ segment }) => segment && (isRst(segment) ? 'rst' : 'answered'),
  },
  { name: 'flags', means: 'the flags of that segment', value: ({ segment }) => segment && flagNames(segment.flags) },
  { name: 'seq', means: 'its sequence number', value: ({ segment }) => segment?.seq ?? null },
  { name: 'ack', means: 'its acknowledgement number', value: ({ segment }) => segment?.ack ?? null },
  {
    name: 'window',
    means: 'its window, as in the header: not scaled',
    value: ({ segment }) => segment?.window ?? null,
  },
  { name: 'payload_bytes', means: 'its payload', value: ({ segment }) => segment?.length ?? null },
  { name: 'ttl', means: 'its TTL, or hop limit', value: ({ segment }) => segment?.ttl ?? null },
  { name: 'ip_id', means: 'its IP identification, 0 for IPv6', value: ({ segment }) => segment?.ip_id ?? null },
  {
    name: 'unread_bytes',
    means: 'data of the peer that the socket held unread, lost by the reset; null where it was not seen',
    value: ({ unread }) => unread,
  },
  { name: 'ehash', means: 'what the TCP hash held right after the reset', value: ehash },
  ...ORIGIN,
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
