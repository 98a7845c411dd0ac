// SPDX-License-Identifier: MIT
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { CommanderError } from 'commander'
import { findNetns } from './host/netns.ts'
import { ExpectedError, messageOf, traceError } from './errors.ts'
import { printable } from './format/text.ts'
import { createCommand } from './cli/command.ts'
import type { Actions } from './cli/options.ts'
import { toolVersion } from './cli/package.ts'
import { localZone } from './host/zone.ts'
import { servicePort } from './host/services.ts'
import { failureText } from './cli/failure.ts'
import type { Io } from './cli/io.ts'
import { screenOf } from './cli/screen.ts'
import { takesColour, widthOf, type ColourChoice } from './cli/terminal.ts'

// Without this V8 lets garbage grow to several times what lives before it collects: a long trace must stay below 200 MB.
setFlagsFromString('--heap-growing-percent=40')

const main = async () => {
  const unwritable = watchOutput()
  const ioFor = createIo(unwritable)
  try {
    await createCommand(
      toolVersion(),
      actionsWith(ioFor),
      { servicePort, findNetns },
      (code) => (process.exitCode = code),
    ).parseAsync()
    await requireWritten(unwritable)
  } catch (error) {
    process.exitCode = exitCodeOf(error)
  }
}

/** Fires with the error when standard output takes no more. */
const watchOutput = (): AbortSignal => {
  const unwritable = new AbortController()
  process.stdout.on('error', (error) => unwritable.abort(error))
  return unwritable.signal
}

// Fails when something was not written. A reader that has gone, as head does, is a normal end.
const requireWritten = async (unwritable: AbortSignal) => {
  const last = await new Promise<unknown>((resolve) => process.stdout.write('', resolve))
  const error: unknown = unwritable.aborted ? unwritable.reason : last
  if (error instanceof Error && !('code' in error && error.code === 'EPIPE'))
    throw traceError(`cannot write standard output: ${messageOf(error)}`, 'what is there is not whole', error)
}

/** Listens to signals, and gives the Io of a command by its options. */
const createIo = (unwritable: AbortSignal): ((options?: Written) => Io) => {
  const interrupt = new AbortController()
  const kill = new AbortController()
  // A reader that went away ends the run without counting as a signal: the first Ctrl-C after it ends in good order.
  let signals = 0
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => (++signals === 1 ? interrupt : kill).abort())
  }
  const stop = AbortSignal.any([interrupt.signal, unwritable])
  let shown = ''
  const status = (text: string) => {
    if (text !== shown) process.stderr.write(`\r\x1b[K${text}`)
    shown = text
  }
  return ({ color = 'auto', output } = {}) => {
    const terminal = process.stdout.isTTY && output === undefined
    return {
      cache: cacheDirectory(),
      out: (written) => {
        status('')
        if (!unwritable.aborted) process.stdout.write(written)
      },
      tell: (line) => {
        status('')
        process.stderr.write(`trace-reset: ${printable(line)}\n`)
      },
      note: (line) => {
        status('')
        process.stderr.write(`${line}\n`)
      },
      status: process.stderr.isTTY ? status : undefined,
      colour: takesColour(color, process.env, terminal),
      // A getter: a terminal may change while a trace runs.
      get width() {
        return widthOf(process.env, terminal, process.stdout.columns)
      },
      zone: localZone,
      interactive: terminal,
      screen: terminal ? screenOf(process.stdin, process.stdout) : undefined,
      stop,
      interrupt: interrupt.signal,
      kill: kill.signal,
    }
  }
}

/** The commands. They are imported on use: rxjs and execa take longer to load than most commands take to run. */
const actionsWith = (ioFor: (options?: Written) => Io): Actions => ({
  trace: async (options) => (await import('./commands/trace.ts')).trace(options, ioFor(options)),
  top: async (files, options) => (await import('./commands/top.ts')).top(files, options, ioFor(options)),
  replay: async (files, options) => (await import('./commands/replay.ts')).replay(files, options, ioFor(options)),
  program: async (options) => (await import('./commands/program.ts')).program(options, ioFor()),
  probes: async (options) => (await import('./commands/probes.ts')).probes(options, ioFor()),
  ehashLookup: async (options) => (await import('./commands/ehash.ts')).ehashLookup(options, ioFor()),
  ehashList: async (options) => (await import('./commands/ehashList.ts')).ehashList(options, ioFor()),
  module: async (verb, options) => (await import('./commands/module.ts')).module(verb, options, ioFor()),
  doctor: async (options) => (await import('./commands/doctor.ts')).doctor(options, ioFor()),
  causes: async (cause, options) => (await import('./commands/causes.ts')).causes(cause, options, ioFor()),
  report: async (files, options) => (await import('./commands/report.ts')).report(files, options, ioFor()),
  join: async (files, options) => (await import('./commands/join.ts')).join(files, options, ioFor(options)),
  query: async (sql, files, options) =>
    (await import('./commands/query.ts')).query(sql, files, options, ioFor(options)),
  completion: async (shell, root) => (await import('./commands/completion.ts')).completion(shell, root, ioFor()),
  manual: async (section, root) => (await import('./commands/manual.ts')).manual(section, root, ioFor()),
  schema: async (of) => (await import('./commands/schema.ts')).schema(of, ioFor()),
})

/** Where and how a command writes, of its options. */
type Written = { color?: ColourChoice; output?: string | undefined }

// Root must load modules only from a directory that nobody else can write to, and sudo may leave HOME as it was.
const cacheDirectory = () =>
  process.geteuid?.() === 0
    ? '/var/cache/trace-reset'
    : join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'trace-reset')

const exitCodeOf = (error: unknown): number => {
  // commander has printed its message already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  process.stderr.write(failureText(error))
  return error instanceof ExpectedError ? error.exitCode : 1
}

await main()
