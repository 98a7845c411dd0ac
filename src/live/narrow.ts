// SPDX-License-Identifier: MIT
import { catchError, throwError, type Observable } from 'rxjs'
import { environmentError, ExpectedError } from '../errors.ts'
import type { Observation } from '../observation.ts'
import type { Program } from '../program/program.ts'

/** Writes a program without the probes named, starts its trace, and warns. */
export type Attempts = {
  write: (without: readonly string[]) => Program
  start: (program: Program) => Observable<Observation>
  warn: (message: string) => void
}

/**
 * Traces with all probes that the kernel accepts. When it refuses some, the trace begins again without them, with a
 * warning. Fails with an environment error when no probe is left, and with bpftrace's own message when that names no
 * probe.
 */
export const narrowing = ({ write, start, warn }: Attempts): Observable<Observation> => {
  const attempt = (without: readonly string[]): Observable<Observation> => {
    const program = write(without)
    if (program.probes.length === 0)
      throw environmentError('this kernel has none of the functions to trace', 'list them with: trace-reset probes')
    return start(program).pipe(
      catchError((error: unknown) => {
        const named = error instanceof ExpectedError ? refusedProbes(error.message, program.probes) : []
        // A probe that is left out already and named again would repeat this for ever.
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
 * The probes that bpftrace could not attach, by its last lines: `Error attaching probe: 'kprobe:x'` up to 0.17, `Unable
 * to attach probe: kprobe:x` in 0.23, and the like.
 */
export const refusedProbes = (words: string, probes: readonly string[]): string[] => {
  const named = [...words.matchAll(/\b(?:k(?:ret)?probe|tracepoint:\w+):([\w.]+)/g)].map(([, name = '']) => name)
  return probes.filter((name) => named.includes(name) || named.some((symbol) => symbol.startsWith(`${name}.`)))
}
