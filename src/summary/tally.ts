// SPDX-License-Identifier: MIT
import { containerLabel, containerOf, podText } from '../flow/container.ts'
import { ownerName } from '../format/sentence.ts'
import { compareTime, type Time } from '../time.ts'
import type { Verdict } from '../verdict/verdict.ts'

/** A value that verdicts are counted by; null where the verdict has none. */
export type KeyValue = string | number | null

/** What verdicts may be counted by. `few`: there are so few values of it that all are told apart, whatever comes. */
export const KEYS = {
  cause: { few: true, value: ({ cause }) => cause },
  outcome: { few: true, value: ({ outcome }) => outcome },
  who: { few: true, value: ({ who }) => who },
  confidence: { few: true, value: ({ confidence }) => confidence },
  state: { few: true, value: ({ state }) => state },
  owner: { few: false, value: ({ owner }) => ownerName(owner) },
  container: { few: false, value: ({ owner }) => containerLabel(containerOf(owner)) },
  pod: { few: false, value: ({ owner }) => podText(containerOf(owner)) },
  pid: { few: false, value: ({ owner }) => owner?.pid ?? null },
  peer: { few: false, value: ({ tuple }) => tuple.saddr },
  local: { few: false, value: ({ tuple }) => tuple.daddr },
  lport: { few: false, value: ({ tuple }) => tuple.dport },
  netns: { few: false, value: ({ tuple }) => tuple.netns },
  dev: { few: false, value: ({ dev }) => dev },
} as const satisfies Record<string, { few: boolean; value: (verdict: Verdict) => KeyValue }>

export type Key = keyof typeof KEYS

/** Whether there is such a key. */
export const isKey = (name: string): name is Key => Object.hasOwn(KEYS, name)

/** In the place of a value, where there was no room for one more group. */
export const OTHERS = 'others'

/** The verdicts that have the same values. Moments are since 1970. */
export type Group = {
  values: Readonly<Partial<Record<Key, KeyValue>>>
  count: number
  first: Time
  last: Time
  /** The last of them, where it is kept. */
  latest: Verdict | undefined
}

/** The most groups that are told apart: some megabytes. */
const MOST = 10_000

/** Counts verdicts by keys, in bounded memory: beyond `most` groups the values of keys with many are OTHERS. */
export const createTally = (keys: readonly Key[], { most = MOST, keep = false } = {}) => {
  const groups = new Map<string, Group>()

  const groupOf = (verdict: Verdict, at: Time): Group => {
    const values = keys.map((key) => KEYS[key].value(verdict))
    const known = groups.get(values.join('\0'))
    if (known !== undefined) return known
    const kept = groups.size < most ? values : values.map((value, i) => (isOfFew(keys[i]) ? value : OTHERS))
    const name = kept.join('\0')
    const group = groups.get(name) ?? { values: named(keys, kept), count: 0, first: at, last: at, latest: undefined }
    groups.set(name, group)
    return group
  }

  return {
    /** Counts one more; `boot` is when its kernel started. */
    see: (verdict: Verdict, boot: Time): void => {
      const at = sum(verdict.at, boot)
      const group = groupOf(verdict, at)
      group.count += 1
      if (compareTime(at, group.first) < 0) group.first = at
      if (compareTime(at, group.last) < 0) return
      group.last = at
      if (keep) group.latest = verdict
    },
    groups: (): Group[] => [...groups.values()],
  }
}

const isOfFew = (key: Key | undefined) => key !== undefined && KEYS[key].few

const named = (keys: readonly Key[], values: readonly KeyValue[]): Group['values'] =>
  Object.fromEntries(keys.map((key, i) => [key, values[i] ?? null]))

const sum = (a: Time, b: Time): Time => {
  const ns = a.ns + b.ns
  return ns < 1e9 ? { s: a.s + b.s, ns } : { s: a.s + b.s + 1, ns: ns - 1e9 }
}
