// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { EMPTY, from, merge, mergeMap } from 'rxjs'
import { traceError, usageError } from '../errors.ts'
import { recordedFilter } from '../filter/recorded.ts'
import type { Io } from '../cli/io.ts'
import type { Btf } from '../host/btf.ts'
import { requireTraceable } from '../program/check.ts'
import { readClock } from '../host/clock.ts'
import { createCgroups } from '../host/cgroups.ts'
import { readCounters } from '../host/counters.ts'
import { live } from '../live/live.ts'
import { namesOf } from '../program/names.ts'
import { hasKprobes } from '../program/parts.ts'
import { findOwners } from '../host/sockets.ts'
import { SCHEMA } from '../observation.ts'
import { narrowing } from '../live/narrow.ts'
import { openEhash } from '../ehash/open.ts'
import { writeProgram, type Program } from '../program/program.ts'
import { loadFacts } from '../host/recordedFacts.ts'
import type { TraceOptions } from '../cli/options.ts'
import { packageFile, toolVersion } from '../cli/package.ts'
import { createPrinter } from '../cli/print.ts'
import { recordTo } from '../recording/record.ts'
import { run } from '../run.ts'
import { describeFilters } from '../filter/verdict.ts'

/** What a shell gives for a process that SIGINT ended. */
const KILLED = 130

/** Traces this kernel until it is told to end. Gives the exit code; fails with a usage, environment or trace error. */
export const trace = async (options: TraceOptions, io: Io): Promise<number> => {
  if (
    options.output !== undefined &&
    options.record !== undefined &&
    resolve(options.output) === resolve(options.record)
  ) {
    throw usageError('--output and --record name the same file', 'verdicts and the recording need a file each')
  }
  const facts = await loadFacts(options)
  const btf = requireTraceable(facts)
  if (!hasKprobes(btf)) io.tell(`warning: ${withoutKprobes(btf)}`)
  const clock = readClock()
  const warned = new Set<string>()
  const warn = (message: string) => {
    if (!warned.has(message)) io.tell(`warning: ${message}`)
    warned.add(message)
  }
  const write = (without: readonly string[]) => {
    const wanted = { filter: options, steps: options.steps, light: options.light === true, without }
    const program = writeProgram(btf, facts.symbols, wanted, (file) =>
      readFileSync(packageFile(`probes/${file}`), 'utf8'),
    )
    for (const name of program.probes.length === 0 ? [] : program.missing)
      if (!without.includes(name)) warn(`this kernel has no ${name}: the trace goes on without it`)
    return program
  }

  const ehash = openEhash(options.ehash, facts)
  const printer = createPrinter(io, options)
  const record = options.record === undefined ? undefined : recordTo(options.record)
  const stop = new AbortController()
  const counters = () =>
    options.summary === true ? from(readCounters(options, clock)).pipe(mergeMap((observations) => observations)) : EMPTY
  const start = (program: Program) =>
    live({
      bpftrace: options.bpftrace,
      program: program.text,
      start: {
        kind: 'start',
        schema: SCHEMA,
        tool: toolVersion(),
        kernel: facts.kernel,
        bpftrace: 'version' in facts.bpftrace ? facts.bpftrace.version : '',
        filter: recordedFilter(options),
        probes: program.probes,
        missing: program.missing,
        program: createHash('sha256').update(program.text).digest('hex'),
        ehash: ehash?.source ?? 'off',
      },
      names: namesOf(btf),
      ehash,
      clock,
      stop: AbortSignal.any([io.stop, stop.signal]),
      atStart: () => merge(counters(), from(findOwners(options, clock))),
      atEnd: counters,
      cgroup: createCgroups(),
    })
  try {
    const lines = run(narrowing({ write, start, warn }), {
      record: record ?? ((observations) => observations),
      filter: options,
      steps: options.steps,
      count: options.count,
      enough: () => stop.abort(),
      see: (observation) => {
        printer.see(observation)
        if (observation.kind !== 'start') return
        io.tell(
          `tracing ${describeFilters(options)} on Linux ${facts.kernel} (bpftrace ${observation.bpftrace}, TCP hash: ${observation.ehash}); Ctrl-C ends`,
        )
      },
    })
    const { stop: ended } = await printer.print(lines, io.kill)
    if (ended !== undefined && ended.error !== null)
      throw traceError(ended.error, 'what was seen until then was judged and recorded')
    return io.kill.aborted ? KILLED : 0
  } finally {
    ehash?.close()
  }
}

const withoutKprobes = ({ enums }: Btf) =>
  [
    'this kernel has no kprobes and is traced by its tracepoints alone: who accepts a connection, REJECT, and what a RST does to a handshake or a time-wait are not seen',
    ...('sk_rst_reason' in enums ? [] : ['nor are RSTs for which there is no full socket (no-listener, no-socket)']),
  ].join(', ')
