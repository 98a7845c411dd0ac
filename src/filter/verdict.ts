// SPDX-License-Identifier: MIT
import { describeTerms, filterTerms, type Term } from './describe.ts'
import { admits, type Filter, type WithNot } from './filter.ts'
import { CAUSES, type CauseId } from '../verdict/causes.ts'
import type { Verdict } from '../verdict/verdict.ts'

/** Which verdicts to give, by what is known only once a reset was judged; an empty list asks nothing. */
export type VerdictFilter = WithNot<{
  pid: readonly number[]
  comm: readonly string[]
  dev: readonly string[]
  /** Names of states.ts; NONE where the cause is that there was no socket. */
  state: readonly string[]
  cause: readonly CauseId[]
}>

export const ANY_VERDICT: VerdictFilter = {
  pid: [],
  comm: [],
  dev: [],
  state: [],
  cause: [],
  notPid: [],
  notComm: [],
  notDev: [],
  notState: [],
  notCause: [],
}

/**
 * Whether the verdict is one of those asked for. `pid` and `comm` are the owner's, never those of the task that a softirq
 * interrupted. What is not known is none of those asked for, and none of those excluded.
 */
export const selects = (filter: VerdictFilter, { owner, dev, state, cause }: Verdict): boolean =>
  admits(filter.cause, filter.notCause, equals(cause)) &&
  admits(filter.state, filter.notState, equals(state ?? (CAUSES[cause].withoutSocket === true ? 'NONE' : null))) &&
  admits(filter.pid, filter.notPid, equals(owner?.pid)) &&
  admits(filter.comm, filter.notComm, equals(owner?.comm)) &&
  admits(filter.dev, filter.notDev, equals(dev))

const equals =
  <T>(known: T | null | undefined) =>
  (item: T) =>
    item === known

/** Both filters as one line: `saddr=192.0.2.0/24 not-dport=80,443 comm=nginx`. */
export const describeFilters = (filter: Filter & VerdictFilter): string =>
  describeTerms([...filterTerms(filter), ...verdictTerms(filter)])

const verdictTerms = (filter: VerdictFilter): Term[] => [
  ['pid', filter.pid.map(String)],
  ['not-pid', filter.notPid.map(String)],
  ['comm', filter.comm.map(quoted)],
  ['not-comm', filter.notComm.map(quoted)],
  ['dev', filter.dev.map(quoted)],
  ['not-dev', filter.notDev.map(quoted)],
  ['state', filter.state],
  ['not-state', filter.notState],
  ['cause', filter.cause],
  ['not-cause', filter.notCause],
]

// A name with a space or worse in it is still one word of the line.
const quoted = (name: string) => (/^[\w./:@+-]+$/.test(name) ? name : JSON.stringify(name))
