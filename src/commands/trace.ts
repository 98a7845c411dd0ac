// SPDX-License-Identifier: MIT
import { resolve } from 'node:path'
import { identity, tap } from 'rxjs'
import type { Io } from '../cli/io.ts'
import type { TraceOptions } from '../cli/options.ts'
import { createPrinter, sinkOf } from '../cli/print.ts'
import { openEhash } from '../ehash/open.ts'
import { traceError, usageError } from '../errors.ts'
import type { CreateSink } from '../format/sink.ts'
import { loadFacts } from '../program/loadFacts.ts'
import { narrowing } from '../live/narrow.ts'
import type { Kind } from '../observation.ts'
import { requireTraceable } from '../program/check.ts'
import { createRecorder, type Lost, type Recorder } from '../recording/record.ts'
import { run } from '../run.ts'
import type { Program } from '../program/program.ts'
import { createAttaching } from './trace/attaching.ts'
import { liveTrace } from './trace/live.ts'
import { openOutlets } from './trace/outlets.ts'
import { programWriter } from './trace/program.ts'
import { createWarn, tracing, warnOfKernel, type Warn } from './trace/tell.ts'

/** The exit code that a shell gives for a process that SIGINT ended. */
const KILLED = 130

/**
 * Traces this kernel until it is told to end, by the sink of the format unless another one is
 * given. Gives the exit code; fails with a usage, environment or trace error.
 */
export const trace = async (options: TraceOptions, io: Io, createSink?: CreateSink): Promise<number> => {
  requireOtherFiles(options)
  const facts = await loadFacts(options)
  const btf = requireTraceable(facts)
  const warn = createWarn(io)
  warnOfKernel(facts, btf, warn)
  const ehash = openEhash(options.ehash, facts)
  const enough = new AbortController()
  const attaching = createAttaching(io)
  const timer = createTimer(options, () => enough.abort())
  const machine = { facts, btf, ehash, stop: AbortSignal.any([io.stop, enough.signal]) }
  const outlets = await openOutlets(options, io, warn)
  try {
    const printer = createPrinter(io, options, createSink ?? sinkOf(options))
    const recorder = recorderOf(options, warn, outlets.unrecorded)
    const write = programWriter(options, machine, warn)
    const start = liveTrace(options, machine, warn)
    const attach = (program: Program) => {
      attaching.begin(program.probes.length)
      return start(program)
    }
    const lines = run(narrowing({ write, start: attach, warn }), {
      record: recorder?.record ?? identity,
      filter: options,
      steps: options.steps,
      count: options.count,
      enough: () => enough.abort(),
      leave: printer.leave,
      see: (observation) => {
        if (observation.kind === 'start') {
          attaching.end()
          timer.begin()
        }
        printer.see(observation)
        outlets.see(observation)
        if (observation.kind === 'start') io.tell(tracing(options, observation))
      },
    })
    const { stop } = await printer.print(
      lines.pipe(tap((line) => line.kind === 'verdict' && outlets.judged(line.verdict))),
      io.kill,
    )
    const lost = recorder?.lost()
    if (lost !== undefined) io.tell(lostText(lost))
    requireGoodEnd(stop)
    if (lost?.end === true) throw traceError('--record: the end of the recording is missing', LOST_HINT)
    return io.kill.aborted ? KILLED : 0
  } finally {
    timer.end()
    attaching.end()
    ehash?.close()
    await outlets.end()
  }
}

/** Ends a trace so long after its probes were attached. */
const createTimer = ({ timeout }: TraceOptions, act: () => void) => {
  let timer: NodeJS.Timeout | undefined
  return {
    begin: () => {
      if (timeout !== undefined) timer ??= setTimeout(act, timeout * 1000)
    },
    end: () => clearTimeout(timer),
  }
}

const requireOtherFiles = ({ output, record, pcapng }: TraceOptions) => {
  const named = Object.entries({ output, record, pcapng }).flatMap(([option, file]) =>
    file === undefined || file === '-' ? [] : [[`--${option}`, resolve(file)] as const],
  )
  for (const [option, file] of named) {
    const same = named.find(([other, path]) => other !== option && path === file)
    if (same !== undefined)
      throw usageError(`${option} and ${same[0]} name the same file`, 'each needs a file of its own')
  }
}

const recorderOf = (
  { record, recordRotation }: TraceOptions,
  warn: Warn,
  missed: (count: number) => void,
): Recorder | undefined => (record === undefined ? undefined : createRecorder(record, recordRotation, warn, missed))

const lostText = ({ count, of, why }: Lost) => `--record: LOST ${count} of ${of} lines: ${why}`

const LOST_HINT = 'all verdicts were given; what is there can be replayed'

const requireGoodEnd = (stop: Kind<'stop'> | undefined) => {
  if (stop !== undefined && stop.error !== null)
    throw traceError(stop.error, 'all events up to then were judged and recorded')
}
