// SPDX-License-Identifier: MIT
import { Counter, Registry } from 'prom-client'
import { TOO_MANY } from '../flow/asked.ts'
import type { Kind, Observation } from '../observation.ts'
import { nanosecondsBetween } from '../time.ts'
import { CAUSES } from '../verdict/causes.ts'
import { OUTCOMES } from '../verdict/cause.ts'
import { CAUSE_LIST } from '../verdict/table.ts'
import type { Verdict } from '../verdict/verdict.ts'
import { createGrowth } from './growth.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { createLabels, type ExtraLabel, type Labels } from './labels.ts'

/** The counters of one trace; README.md has their names and meanings. */
export type Counters = ReturnType<typeof createCounters>

/** Makes them, each at 0; `version` is that of this tool. */
export const createCounters = (version: string, extra: readonly ExtraLabel[]) => {
  const registry = new Registry()
  const registers = [registry]
  const made = createMetrics(registers, extra)
  const labelled = createLabels(extra, () => made.dropped.inc())
  for (const labels of firstLabels()) made.resets.inc(labelled(labels, 'other'), 0)
  for (const what of ['events', 'lookups', 'probes', 'recorded']) made.lost.inc({ what }, 0)

  let begun = false
  const growth = createGrowth('OutRsts')
  let sent: Counter | undefined

  return {
    contentType: registry.contentType,
    /** All of them in the text format of Prometheus. */
    text: () => registry.metrics(),
    /** Whether the probes are attached. */
    tracing: () => begun,
    see: (observation: Observation) => {
      if (observation.kind === 'start') {
        begun = true
        made.build.reset()
        made.build.set({ version, bpftrace: observation.bpftrace, kernel: observation.kernel }, 1)
        made.missing.reset()
        for (const probe of observation.missing) made.missing.set({ probe }, 1)
      } else if (observation.kind === 'stop') begun = false
      else if (observation.kind === 'lost') made.lost.inc({ what: observation.what }, observation.count)
      else if (observation.kind === 'lookup') seeLookup(made, observation)
      made.tracing.set(begun ? 1 : 0)
    },
    judged: (verdict: Verdict) => made.resets.inc(labelled(verdict, String(verdict.tuple.dport))),
    /** So many lines that the recording could not take. */
    unrecorded: (count: number) => made.lost.inc({ what: 'recorded' }, count),
    /** Takes the kernel's counters of each network namespace, as they are now; there is no such metric before. */
    kernel: (readings: readonly Kind<'counters'>[]) => {
      sent ??= new Counter({
        name: 'tracereset_kernel_rsts_sent_total',
        help: "RSTs that the kernel counted as sent (OutRsts) in the network namespaces traced, whatever the filter's addresses.",
        registers,
      })
      sent.inc(growth(readings))
    },
  }
}

// rate() and increase() see a reset only where its series was there before, at 0: so each cause has both of its series.
const firstLabels = (): Labels[] =>
  CAUSE_LIST.flatMap(({ id: cause }): Labels[] => {
    const { outcome, who } = CAUSES[cause]
    return outcome === null
      ? OUTCOMES.map((one) => ({ outcome: one, cause, who, confidence: 'unknown' }))
      : (['certain', 'likely'] as const).map((confidence) => ({ outcome, cause, who, confidence }))
  })

const seeLookup = ({ lookups, lag }: Metrics, { at, event, source, answer }: Kind<'lookup'>) => {
  const asked = answer.error !== TOO_MANY
  lookups.inc({ source, found: asked ? (answer.found ?? 'unknown') : 'not-asked' })
  if (asked) lag.observe(nanosecondsBetween(at, event) / 1e9)
}
