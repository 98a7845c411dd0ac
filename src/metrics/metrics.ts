// SPDX-License-Identifier: MIT
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** Seconds from an event to the answer of its look-up: the module answers in 0.01 to 0.1 s, most of it the way through bpftrace. */
const LAG_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]

export type Metrics = ReturnType<typeof createMetrics>

/** Makes every metric but the kernel's own count; `extra` are further labels of a reset. README.md has them all. */
export const createMetrics = (registers: Registry[], extra: readonly string[]) => ({
  resets: new Counter({
    name: 'tracereset_resets_total',
    help: 'Verdicts on TCP resets.',
    labelNames: ['outcome', 'cause', 'who', 'confidence', ...extra],
    registers,
  }),
  lost: new Counter({
    name: 'tracereset_lost_total',
    help: 'What the trace lost; probes that the kernel did not run may have missed an event, or none.',
    labelNames: ['what'],
    registers,
  }),
  lookups: new Counter({
    name: 'tracereset_ehash_lookups_total',
    help: 'Questions to the TCP hash, by what it held; unknown: no answer, not-asked: too many at once.',
    labelNames: ['source', 'found'],
    registers,
  }),
  lag: new Histogram({
    name: 'tracereset_ehash_lag_seconds',
    help: 'From an event to the answer of its look-up.',
    buckets: LAG_BUCKETS,
    registers,
  }),
  build: new Gauge({
    name: 'tracereset_build_info',
    help: 'Always 1; the labels say what traces.',
    labelNames: ['version', 'bpftrace', 'kernel'],
    registers,
  }),
  tracing: new Gauge({ name: 'tracereset_tracing', help: 'Whether the probes are attached.', registers }),
  missing: new Gauge({
    name: 'tracereset_probe_missing',
    help: 'Always 1; a kernel function that this kernel has not, so that causes may be missed.',
    labelNames: ['probe'],
    registers,
  }),
  dropped: new Counter({
    name: 'tracereset_series_dropped_total',
    help: 'Resets counted under the label value other, since their metric has as many series as it may have.',
    registers,
  }),
})
