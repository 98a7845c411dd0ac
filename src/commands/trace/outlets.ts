// SPDX-License-Identifier: MIT
import type { Io } from '../../cli/io.ts'
import type { TraceOptions } from '../../cli/options.ts'
import type { Observation } from '../../observation.ts'
import type { Verdict } from '../../verdict/verdict.ts'
import type { Warn } from './tell.ts'

/** What takes a live trace beside the printer. None of it ends the trace. */
export type Outlet = {
  see: (observation: Observation) => void
  judged: (verdict: Verdict) => void
  /** Told of so many Observations that the recording cannot take. */
  unrecorded?: (count: number) => void
  /** Resolves when all was given, or its time is over. */
  end: () => Promise<void>
}

/** Opens those that are asked for, loading no other; as one. Fails with an environment error, and then none is open. */
export const openOutlets = async (options: TraceOptions, io: Io, warn: Warn): Promise<Required<Outlet>> => {
  const opened: Outlet[] = []
  const end = async () => {
    await Promise.all(opened.map((outlet) => outlet.end()))
  }
  try {
    if (options.metrics !== undefined)
      opened.push(await (await import('./metrics.ts')).serveMetrics(options.metrics, options, io, warn))
    if (options.journald === true) opened.push(await (await import('./journald.ts')).openJournald(io, warn))
    if (options.otlp !== undefined)
      opened.push(await (await import('./otlp.ts')).openOtlp(options.otlp, options.facts === undefined, io, warn))
  } catch (error) {
    await end()
    throw error
  }
  return {
    see: (observation) => {
      for (const outlet of opened) outlet.see(observation)
    },
    judged: (verdict) => {
      for (const outlet of opened) outlet.judged(verdict)
    },
    unrecorded: (count) => {
      for (const outlet of opened) outlet.unrecorded?.(count)
    },
    end,
  }
}
