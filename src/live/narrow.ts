// SPDX-License-Identifier: MIT
import { catchError, throwError, type Observable } from 'rxjs'
import { environmentError, ExpectedError } from '../errors.ts'
import type { Observation } from '../observation.ts'
import type { Program } from '../program/program.ts'

/** A program without the probes of those names, and its trace. */
export type Attempts = {
  write: (without: readonly string[]) => Program
  start: (program: Program) => Observable<Observation>
  warn: (message: string) => void
}

/**
 * Traces with as many of the probes as the kernel lets attach: what it refuses is left out with a warning, and the trace
 * begins anew. Fails with an environment error when nothing is left, with bpftrace's own words when it names no probe.
 */
export const narrowing = ({ write, start, warn }: Attempts): Observable<Observation> => {
  const attempt = (without: readonly string[]): Observable<Observation> => {
    const program = write(without)
    if (program.probes.length === 0)
      throw environmentError('this kernel has none of the functions to trace', 'list them with: trace-reset probes')
    return start(program).pipe(
      catchError((error: unknown) => {
        const named = error instanceof ExpectedError ? refusedProbes(error.message, program.probes) : []
        // What is left out already would be left out for ever.
        const refused = named.filter((name) => !without.includes(name))
        if (refused.length === 0) return throwError(() => error)
        for (const name of refused) warn(`the kernel refuses a probe on ${name}: the trace goes on without it`)
        return attempt([...without, ...refused])
      }),
    )
  }
  return attempt([])
}

/**
 * The probes that bpftrace's last words say it could not attach to: `Error attaching probe: 'kprobe:x'` up to 0.17, `Unable
 * to attach probe: kprobe:x` in 0.23, and the like.
 */
export const refusedProbes = (words: string, probes: readonly string[]): string[] => {
  const named = [...words.matchAll(/\b(?:k(?:ret)?probe|tracepoint:\w+):([\w.]+)/g)].map(([, name = '']) => name)
  return probes.filter((name) => named.includes(name) || named.some((symbol) => symbol.startsWith(`${name}.`)))
}
