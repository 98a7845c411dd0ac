// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import { EMPTY, from, merge, mergeMap, type Observable } from 'rxjs'
import type { TraceOptions } from '../../cli/options.ts'
import { toolVersion } from '../../cli/package.ts'
import type { Ehash } from '../../ehash/ehash.ts'
import { isUnfiltered, recordedFilter } from '../../filter/recorded.ts'
import type { Btf } from '../../host/btf.ts'
import { readClock, type Clock } from '../../host/clock.ts'
import { readCounters } from '../../host/counters.ts'
import { readCpus } from '../../host/cpus.ts'
import type { Facts } from '../../host/facts.ts'
import { createNameFrame, readKernelText, type NameFrame, type Text } from '../../host/kernelText.ts'
import { hasConntrack, readConntrackAtOnce } from '../../host/conntrack.ts'
import { findNat } from '../../host/knownNat.ts'
import { createPlaces } from '../../host/places.ts'
import { findOwners } from '../../host/sockets.ts'
import { live, type LiveTrace } from '../../live/live.ts'
import { askTables } from '../../live/nat.ts'
import { SCHEMA, type Observation } from '../../observation.ts'
import { asksEnds } from '../../program/holes.ts'
import { limitsFor } from '../../program/limits.ts'
import { namesOf } from '../../program/names.ts'
import type { Program } from '../../program/program.ts'
import type { Warn } from './tell.ts'

/** This machine as a trace sees it, who answers look-ups, and what ends the trace in good order. */
export type Machine = { facts: Facts; btf: Btf; ehash: Ehash | undefined; stop: AbortSignal }

/**
 * Runs a program: the Observations of this machine, with its sockets' owners, its NAT and its counters. One clock for all
 * runs.
 */
export const liveTrace = (
  options: TraceOptions,
  machine: Machine,
  warn: Warn,
): ((program: Program) => Observable<Observation>) => {
  const clock = readClock()
  const nameFrame = frameNames(options)
  const limits = limitsFor({ version: versionOf(machine.facts), ...readCpus() })
  const conntrack = hasConntrack()
  const places = createPlaces(warn)
  const balance = options.balance === true
  // Recorded facts are of another machine, and its counters are not here.
  const counted = balance || (options.facts === undefined && isUnfiltered(recordedFilter(options)))
  const counters = () => (counted ? each(readCounters(options, clock, balance)) : EMPTY)
  return (program) =>
    live({
      bpftrace: { path: options.bpftrace, limits, program: program.text },
      start: startOf(options, machine, program),
      names: namesOf(machine.btf),
      nameFrame,
      ehash: machine.ehash,
      clock,
      stop: machine.stop,
      atStart: () =>
        merge(counters(), from(findOwners(options, clock, places.named)), olderNat(options, clock, program, warn)),
      atEnd: () => {
        if (isBlindToNat(options, program, conntrack)) warn(BEGUN_LATE)
        return counters()
      },
      // Where a probe tells of every translation that the filter selects, nothing has to be asked.
      askNat: program.probes.includes(NAT_PROBE) ? undefined : askTables(readConntrackAtOnce, () => performance.now()),
      placed: places.placed,
    })
}

/** It tells of NAT, and the other one hears of older NAT (src/program/parts.ts). */
const NAT_PROBE = '__nf_conntrack_confirm'
const NAT_EAR = 'read_null'

const BEGUN_LATE =
  'netfilter began to follow connections after the trace: the filter has not selected any by a tuple that NAT gave it since'

// Its functions can be attached to only where its module is loaded, as the first rule of NAT does.
const isBlindToNat = (options: TraceOptions, { probes }: Program, hadConntrack: boolean) =>
  asksEnds(options) && !hadConntrack && !probes.includes(NAT_PROBE) && hasConntrack()

// Without a filter of addresses and ports, NAT is asked for where there is a reset.
const olderNat = (options: TraceOptions, clock: Clock, { probes }: Program, warn: Warn) =>
  asksEnds(options) ? from(findNat(options, clock, { tells: probes.includes(NAT_EAR), warn })) : EMPTY

// Modules of recorded facts are of another machine.
const frameNames = ({ facts }: TraceOptions): NameFrame => {
  if (facts !== undefined) return (_, name) => name
  let text: Text | undefined
  void readKernelText().then((found) => (text = found))
  return createNameFrame(() => text)
}

const versionOf = ({ bpftrace }: Facts) => ('version' in bpftrace ? bpftrace.version : '')

const each = (observations: Promise<readonly Observation[]>): Observable<Observation> =>
  from(observations).pipe(mergeMap((all) => all))

/** The head of the recording: the tool, the kernel, and the program with the SHA-256 of its text. */
const startOf = (options: TraceOptions, { facts, ehash }: Machine, program: Program): LiveTrace['start'] => ({
  kind: 'start',
  schema: SCHEMA,
  tool: toolVersion(),
  kernel: facts.kernel,
  host: hostname(),
  bpftrace: versionOf(facts),
  filter: recordedFilter(options),
  probes: program.probes,
  missing: program.missing,
  program: createHash('sha256').update(program.text).digest('hex'),
  ehash: ehash?.source ?? 'off',
})
