// SPDX-License-Identifier: MIT
import type { Io } from '../../cli/io.ts'
import type { TraceOptions } from '../../cli/options.ts'
import { toolVersion } from '../../cli/package.ts'
import { messageOf } from '../../errors.ts'
import { readClock } from '../../host/clock.ts'
import { readCounters } from '../../host/counters.ts'
import { createCounters } from '../../metrics/counters.ts'
import type { Outlet } from './outlets.ts'
import { serve, type Listen } from './serve.ts'
import type { Warn } from './tell.ts'

/** Counts a trace, and serves the counters. Fails with an environment error when it cannot listen there. */
export const serveMetrics = async (listen: Listen, options: TraceOptions, io: Io, warn: Warn): Promise<Outlet> => {
  const counters = createCounters(toolVersion(), options.metricsLabels ?? [])
  const readKernel = kernelReader(options, counters.kernel, warn)
  const metrics = shared(async () => {
    await readKernel()
    return { type: counters.contentType, text: await counters.text() }
  })
  const server = await serve(listen, { metrics, healthy: counters.tracing }, warn)
  io.tell(`metrics: ${server.url}/metrics`)
  return {
    see: (observation) => {
      counters.see(observation)
      // What the kernel has counted until then is not of this trace.
      if (observation.kind === 'start') void readKernel()
    },
    judged: counters.judged,
    unrecorded: counters.unrecorded,
    end: server.close,
  }
}

type Take = ReturnType<typeof createCounters>['kernel']

// Recorded facts are of another machine, whose counters are not here.
const kernelReader = (options: TraceOptions, take: Take, warn: Warn): (() => Promise<void>) => {
  if (options.facts !== undefined) return () => Promise.resolve()
  const clock = readClock()
  return shared(async () => {
    try {
      take(await readCounters(options, clock, false))
    } catch (error) {
      warn(`--metrics: cannot read the kernel's counters: ${messageOf(error)}`)
    }
  })
}

// Whoever asks while an answer is being made gets that one.
const shared = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let making: Promise<T> | undefined
  return () => (making ??= make().finally(() => (making = undefined)))
}
