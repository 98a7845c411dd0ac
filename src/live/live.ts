// SPDX-License-Identifier: MIT
import {
  concat,
  connect,
  debounceTime,
  defer,
  EMPTY,
  filter,
  lastValueFrom,
  merge,
  mergeMap,
  of,
  toArray,
  type MonoTypeOperatorFunction,
  type Observable,
} from 'rxjs'
import type { Ehash } from '../ehash/ehash.ts'
import { traceError } from '../errors.ts'
import type { Kind, Observation, Task } from '../observation.ts'
import { runBpftrace, type Command, type Output } from './bpftrace.ts'
import type { Clock } from '../host/clock.ts'
import { readMisses } from '../host/misses.ts'
import type { NameFrame } from '../host/kernelText.ts'
import { readLine } from './line.ts'
import { withLookups } from './lookups.ts'
import { readMessage } from './message.ts'
import { withNat, type AskNat } from './nat.ts'
import type { Names } from '../program/names.ts'
import { createPointers, type Pointers } from './pointers.ts'
import { createNumbering, type Numbering } from './numbering.ts'
import { createTicks, type Ticks } from './ticks.ts'

/** The parts of a live trace. `start` is its first Observation, less the time; `stop` ends the trace in good order. */
export type LiveTrace = {
  bpftrace: Command
  start: Omit<Kind<'start'>, 'at' | 'boot'>
  names: Names
  nameFrame: NameFrame
  ehash: Ehash | undefined
  clock: Clock
  stop: AbortSignal
  /**
   * Observations of this machine to add once all probes are attached, and before they are detached: owners of sockets, counters.
   */
  atStart: () => Observable<Observation>
  atEnd: () => Observable<Observation>
  /** What NAT makes of the connection of a reset, where no probe tells of it. */
  askNat?: AskNat | undefined
  /** A task with the path of its cgroup in the place of its id, and the names of its container. */
  placed: (task: Task) => Task
}

/**
 * The Observations of a trace of this kernel: `start` once bpftrace has attached, `stop` after the last look-up. Fails
 * with a trace error when bpftrace ends before it has attached. When bpftrace dies later, `stop` has the error.
 */
export const live = (trace: LiveTrace): Observable<Observation> =>
  defer(() => {
    const numbering = createNumbering()
    const pointers = createPointers()
    let pid: number | undefined
    const ticks = createTicks(trace.clock, () => (pid === undefined ? 0 : readMisses(pid)))
    let attached = false
    let stopped: Kind<'stop'> | undefined
    /** What is added at the end, once it has been asked for. */
    let last: readonly Observation[] = []
    const detach = new AbortController()
    const end = async () => {
      try {
        if (attached) last = [...(await lastValueFrom(trace.atEnd().pipe(toArray()))), ...ticks.missed()]
      } finally {
        detach.abort()
      }
    }
    if (trace.stop.aborted) detach.abort()
    else trace.stop.addEventListener('abort', () => void end(), { once: true })

    const observe = (output: Output): Observable<Observation> => {
      switch (output.kind) {
        case 'ready':
          attached = true
          pid = output.pid
          return concat(
            of({ ...trace.start, at: trace.clock.now(), boot: trace.clock.boot }, ...ticks.at(trace.clock.now())),
            trace.atStart(),
          )
        case 'output':
          // Events before all probes are attached would be half a story, so they are dropped.
          return of(...read(output.line, trace, { numbering, pointers, ticks })).pipe(filter(() => attached))
        case 'exit': {
          const error =
            output.code === 0
              ? null
              : `bpftrace ended${output.code === undefined ? '' : ` with exit code ${output.code}`}: ${output.words}`
          if (attached) stopped = { kind: 'stop', error }
          else if (!trace.stop.aborted)
            throw traceError(error ?? 'bpftrace ended before it attached its probes', hintFor(output.words))
          return EMPTY
        }
      }
    }

    return concat(
      runBpftrace(trace.bpftrace, detach.signal).pipe(
        mergeMap(observe),
        withQuiet(() => ticks.at(trace.clock.now())),
        withLookups(trace.ehash, trace.clock),
        withNat(trace.askNat),
      ),
      defer(() => (stopped === undefined ? EMPTY : concat(of(...lost(numbering.rest())), of(...last, stopped)))),
    )
  })

/** After so long without a line, every event has been read. */
const QUIET_MS = 500

// Adds a tick after a silence: the program's own ticks stop soon after its last event, and may be read late.
const withQuiet = (tick: () => Observation[]): MonoTypeOperatorFunction<Observation> =>
  connect((observations) => merge(observations, observations.pipe(debounceTime(QUIET_MS), mergeMap(tick))))

/** What is kept from line to line. */
type Kept = { numbering: Numbering; pointers: Pointers; ticks: Ticks }

// An unreadable line counts as one lost event; the trace goes on.
const read = (line: string, trace: LiveTrace, kept: Kept): Observation[] => {
  const { numbering } = kept
  // bpftrace 0.17 ends with two empty lines.
  if (line === '') return []
  try {
    const message = readMessage(line)
    switch (message?.kind) {
      case undefined:
        return []
      case 'lost':
        // bpftrace says only that events were lost; gaps in our line numbers give the count.
        numbering.told(message.count)
        return [{ kind: 'lost', what: 'events', count: 0 }]
      case 'counts':
        numbering.counted(message.byCpu, trace.clock.now())
        return []
      case 'sent':
        return [...message.byNetns].map(([netns, sent]) => ({ kind: 'total', netns, sent }))
      case 'line':
        return [...lost(numbering.before(message.text)), ...readOne(message.text, trace, kept)]
    }
  } catch {
    return lost(1)
  }
}

const readOne = (
  line: string,
  { names, nameFrame, placed, clock }: LiveTrace,
  { numbering, pointers, ticks }: Kept,
): Observation[] => {
  try {
    const observation = readLine(line, names, nameFrame)
    if ('at' in observation) clock.hear(observation.at)
    if (observation.kind !== 'tick') return [pointers(withPlace(observation, placed))]
    // A loss comes before the tick that lets younger events go on.
    return [...lost(numbering.ticked(observation.at, clock.now())), ...ticks.at(observation.at)]
  } catch {
    return lost(1)
  }
}

const lost = (count: number): Observation[] => (count > 0 ? [{ kind: 'lost', what: 'events', count }] : [])

// Before the trace leaves this machine and this moment, so that a replay needs neither.
const withPlace = (observation: Observation, placed: LiveTrace['placed']): Observation =>
  'task' in observation && observation.task !== null ? { ...observation, task: placed(observation.task) } : observation

const hintFor = (words: string) =>
  /not permitted|EPERM|denied/i.test(words)
    ? 'the kernel refused it; trace-reset doctor shows what is missing'
    : 'print the program with trace-reset program, and try it with bpftrace'
