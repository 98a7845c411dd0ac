// SPDX-License-Identifier: MIT
import { CAUSES } from '../verdict/causes.ts'
import { containerLabel, containerOf, podLabel } from '../flow/container.ts'
import type { Verdict } from '../verdict/verdict.ts'
import { describeTerms, filterTerms, type Term } from './describe.ts'
import { admits, type Filter } from './filter.ts'
import { fitsGlob } from './glob.ts'
import {
  parseCauses,
  parseComms,
  parseConfidences,
  parseContainers,
  parseDevs,
  parseNames,
  parseOutcomes,
  parsePids,
  parseStates,
  parseWho,
} from './parseVerdict.ts'

type Item = string | number

/** One question that is asked of verdicts. */
export type Question = {
  /** Its name in a filter; optionName has that of its option. */
  name: string
  /** The name of its opposite in a filter. */
  not: `not${string}`
  /** What its values are called in help. */
  values: string
  about: string
  /** Reads a list of values; throws a usage error. */
  parse: (option: string, text: string) => readonly Item[]
  /** What a verdict has; null or undefined where that is not known. */
  of: (verdict: Verdict) => Item | null | undefined
  /** Values are patterns. */
  globs?: true
}

/** Every question, in the order of help and of the line that describes a filter. Another filter of verdicts is one entry here. */
export const QUESTIONS = [
  {
    name: 'cause',
    not: 'notCause',
    values: 'causes',
    about: 'a cause of trace-reset causes, or ignored-*',
    parse: parseCauses,
    of: ({ cause }) => cause,
  },
  {
    name: 'outcome',
    not: 'notOutcome',
    values: 'outcomes',
    about: 'sent, received, ignored',
    parse: parseOutcomes,
    of: ({ outcome }) => outcome,
  },
  {
    name: 'who',
    not: 'notWho',
    values: 'whose',
    about: 'whose doing: local-app, peer*, middlebox, ...',
    parse: parseWho,
    of: ({ who }) => who,
  },
  {
    name: 'confidence',
    not: 'notConfidence',
    values: 'grades',
    about: 'certain, likely, unknown',
    parse: parseConfidences,
    of: ({ confidence }) => confidence,
  },
  {
    name: 'state',
    not: 'notState',
    values: 'states',
    about: "the socket's state before, or none: established, ...",
    parse: parseStates,
    of: ({ state, cause }) => state ?? (CAUSES[cause].withoutSocket === true ? 'NONE' : null),
  },
  {
    name: 'pid',
    not: 'notPid',
    values: 'pids',
    about: "the socket's owner, where known",
    parse: parsePids,
    of: ({ owner }) => owner?.pid,
  },
  {
    name: 'comm',
    not: 'notComm',
    values: 'names',
    about: "the owner's name, as in ps -o comm, or php*",
    parse: parseComms,
    of: ({ owner }) => owner?.comm,
    globs: true,
  },
  {
    name: 'container',
    not: 'notContainer',
    values: 'names',
    about: "the owner's container: its name, or web-*",
    parse: parseContainers,
    of: ({ owner }) => containerLabel(containerOf(owner)),
    globs: true,
  },
  {
    name: 'pod',
    not: 'notPod',
    values: 'names',
    about: "the owner's Kubernetes pod, or web-*",
    parse: parseNames,
    of: ({ owner }) => podLabel(containerOf(owner)),
    globs: true,
  },
  {
    name: 'k8sNamespace',
    not: 'notK8sNamespace',
    values: 'ns',
    about: 'the Kubernetes namespace of that pod, or kube-*',
    parse: parseNames,
    of: ({ owner }) => containerOf(owner).namespace,
    globs: true,
  },
  {
    name: 'dev',
    not: 'notDev',
    values: 'interfaces',
    about: 'the interface that packets arrive on',
    parse: parseDevs,
    of: ({ dev }) => dev,
  },
] as const satisfies readonly Question[]

/** The name of a question's option, without the dashes before it: `k8sNamespace` -> `k8s-namespace`. */
export const optionName = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

type Asked = (typeof QUESTIONS)[number]

/**
 * Which verdicts to give, by what is known only once a reset was judged; an empty list asks nothing. `pid` and `comm` are the
 * owner's, never those of the task that a softirq interrupted; states are names of states.ts, NONE where the cause is that
 * there was no socket.
 */
export type VerdictFilter = Record<Asked['name' | 'not'], readonly Item[]>

const none: object = Object.fromEntries(QUESTIONS.flatMap(({ name, not }) => [name, not].map((key) => [key, []])))

// TypeScript does not follow the names through Object.fromEntries.
const hasEvery = (filter: object): filter is VerdictFilter =>
  QUESTIONS.every(({ name, not }) => name in filter && not in filter)

if (!hasEvery(none)) throw new Error('a question has no list')

export const ANY_VERDICT: VerdictFilter = none

/** Whether the verdict is one of those asked for. What is not known is none of those asked for, and none of those excluded. */
export const selects = (filter: VerdictFilter, verdict: Verdict): boolean =>
  QUESTIONS.every(({ name, not, of, ...question }) => {
    const wanted = filter[name]
    const unwanted = filter[not]
    if (wanted.length + unwanted.length === 0) return true
    const known = of(verdict)
    return admits(wanted, unwanted, 'globs' in question ? fits(known) : (item) => item === known)
  })

const fits = (known: Item | null | undefined) => (item: Item) =>
  typeof known === 'string' && fitsGlob(String(item), known)

/** Both filters as one line: `saddr=192.0.2.0/24 not-dport=80,443 comm=nginx`. */
export const describeFilters = (filter: Filter & VerdictFilter): string =>
  describeTerms([...filterTerms(filter), ...QUESTIONS.flatMap((question) => termsOf(filter, question))])

const termsOf = (filter: VerdictFilter, { name, not }: Asked): Term[] => [
  [optionName(name), filter[name].map(quoted)],
  [optionName(not), filter[not].map(quoted)],
]

// A name with a space or worse in it is still one word of the line.
const quoted = (item: Item) => {
  const name = String(item)
  return /^[\w./:@+*?-]+$/.test(name) ? name : JSON.stringify(name)
}
