// SPDX-License-Identifier: MIT
import { concat, defer, EMPTY, from, mergeMap, of, type Observable } from 'rxjs'
import type { Ehash } from '../ehash/ehash.ts'
import { traceError } from '../errors.ts'
import type { Kind, Observation } from '../observation.ts'
import { runBpftrace, type Output } from './bpftrace.ts'
import type { Clock } from './clock.ts'
import { readLine } from './line.ts'
import { withLookups } from './lookups.ts'
import { readMessage } from './message.ts'

/** All that a live trace is made of. `start` is what its first Observation will say; `stop` ends it in good order. */
export type LiveTrace = {
  bpftrace: string
  program: string
  start: Omit<Kind<'start'>, 'at' | 'boot'>
  /** Names of enum sk_rst_reason by number. */
  reasons: Readonly<Record<number, string>>
  ehash: Ehash | undefined
  clock: Clock
  stop: AbortSignal
}

/**
 * The Observations of a trace of this kernel: `start` once bpftrace has attached, `stop` after the last answer. Fails with
 * a trace error when bpftrace ends before it has attached; when it dies later, `stop` says so.
 */
export const live = (trace: LiveTrace): Observable<Observation> =>
  defer(() => {
    let attached = false
    let stopped: Kind<'stop'> | undefined

    const observe = (output: Output): Observation[] => {
      switch (output.kind) {
        case 'ready':
          attached = true
          return [{ ...trace.start, at: trace.clock.now(), boot: trace.clock.boot }]
        case 'output': {
          const observation = read(output.line, trace.reasons)
          // A probe may fire while others are still being attached: such a beginning is no observation.
          return observation === undefined || !attached ? [] : [observation]
        }
        case 'exit': {
          const error =
            output.code === 0
              ? null
              : `bpftrace ended${output.code === undefined ? '' : ` with exit code ${output.code}`}: ${output.words}`
          if (attached) stopped = { kind: 'stop', error }
          else if (!trace.stop.aborted)
            throw traceError(error ?? 'bpftrace ended before it had attached', hintFor(output.words))
          return []
        }
      }
    }

    return concat(
      runBpftrace(trace.bpftrace, trace.program, trace.stop).pipe(
        mergeMap((output) => from(observe(output))),
        withLookups(trace.ehash, trace.clock),
      ),
      defer(() => (stopped === undefined ? EMPTY : of(stopped))),
    )
  })

// Lines are the kernel's and bpftrace's: what cannot be read is lost, and said to be, and ends nothing.
const read = (line: string, reasons: LiveTrace['reasons']): Observation | undefined => {
  // bpftrace 0.17 ends with two empty lines.
  if (line === '') return undefined
  try {
    const message = readMessage(line)
    if (message === undefined) return undefined
    return message.kind === 'lost'
      ? { kind: 'lost', what: 'events', count: message.count }
      : readLine(message.text, reasons)
  } catch {
    return { kind: 'lost', what: 'events', count: 1 }
  }
}

const hintFor = (words: string) =>
  /not permitted|EPERM|denied/i.test(words)
    ? 'the kernel refused it: trace-reset doctor tells what stands in the way'
    : 'trace-reset program prints the program, to be tried with bpftrace by hand'
