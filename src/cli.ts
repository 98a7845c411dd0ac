#!/usr/bin/env node
// SPDX-License-Identifier: MIT
import { homedir } from 'node:os'
import { join } from 'node:path'
import { CommanderError } from 'commander'
import { findNetns } from './host/netns.ts'
import { ExpectedError } from './errors.ts'
import { printable } from './format/text.ts'
import { createCommand } from './cli/command.ts'
import type { Actions } from './cli/options.ts'
import { toolVersion } from './cli/package.ts'
import { servicePort } from './host/services.ts'
import type { Io } from './cli/io.ts'

const main = async () => {
  const stop = new AbortController()
  const kill = new AbortController()
  // A reader that went away ends the run too, and the first Ctrl-C after that is no second one.
  let signals = 0
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => (++signals === 1 ? stop : kill).abort())
  }
  // Whoever read our output has gone, as head does: there is nothing left to say, and nothing wrong.
  process.stdout.on('error', () => stop.abort())
  const io: Io = {
    cache: cacheDirectory(),
    out: (output) => void process.stdout.write(output),
    tell: (line) => void process.stderr.write(`trace-reset: ${printable(line)}\n`),
    colour: process.stdout.isTTY && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
    stop: stop.signal,
    kill: kill.signal,
  }
  // Loaded when asked for: rxjs and execa take longer to load than most commands to run.
  const actions: Actions = {
    trace: async (options) => (await import('./commands/trace.ts')).trace(options, io),
    replay: async (file, options) => (await import('./commands/replay.ts')).replay(file, options, io),
    program: async (options) => (await import('./commands/program.ts')).program(options, io),
    probes: async (options) => (await import('./commands/probes.ts')).probes(options, io),
    ehashLookup: async (options) => (await import('./commands/ehash.ts')).ehashLookup(options, io),
    ehashList: async (options) => (await import('./commands/ehashList.ts')).ehashList(options, io),
    module: async (verb) => (await import('./commands/module.ts')).module(verb, io),
    doctor: async (options) => (await import('./commands/doctor.ts')).doctor(options, io),
    causes: async (cause) => (await import('./commands/causes.ts')).causes(cause, io),
  }
  try {
    await createCommand(
      toolVersion(),
      actions,
      { servicePort, findNetns },
      (code) => (process.exitCode = code),
    ).parseAsync()
  } catch (error) {
    process.exitCode = exitCodeOf(error)
  }
}

// Root loads modules only from where nobody else can write, whatever HOME sudo left it.
const cacheDirectory = () =>
  process.geteuid?.() === 0
    ? '/var/cache/trace-reset'
    : join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'trace-reset')

const exitCodeOf = (error: unknown): number => {
  // commander has said what is wrong by itself.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (!(error instanceof ExpectedError)) {
    process.stderr.write(`trace-reset: unexpected: ${error instanceof Error ? error.stack : String(error)}\n`)
    return 1
  }
  // What bpftrace, a compiler or a file name has in it is no reason to let escapes out to the terminal.
  const message = error.message.split('\n').map(printable).join('\n')
  process.stderr.write(`trace-reset: ${message}\n${error.hint === undefined ? '' : `hint: ${error.hint}\n`}`)
  return error.exitCode
}

await main()
