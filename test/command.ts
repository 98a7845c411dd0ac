// SPDX-License-Identifier: MIT
// The command as a user runs it: dist/cli.js in a process of its own, with nothing of this one's environment that matters.
import { fileURLToPath } from 'node:url'
import { execa, type Options } from 'execa'
import { query } from '../src/commands/query.ts'
import { replay } from '../src/commands/replay.ts'
import { findNetns } from '../src/host/netns.ts'
import { ExpectedError } from '../src/errors.ts'
import { printable } from '../src/format/text.ts'
import { failureText } from '../src/cli/failure.ts'
import type { Io } from '../src/cli/io.ts'
import { createCommand } from '../src/cli/command.ts'
import type { Actions } from '../src/cli/options.ts'
import { servicePort } from '../src/host/services.ts'

export const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url))
export const bin = (name: string) => fileURLToPath(new URL(`bin/${name}`, import.meta.url))
export const factsOf = (kernel: string) => fileURLToPath(new URL(`host/facts/${kernel}.json`, import.meta.url))

const ENVIRONMENT = {
  TZ: 'UTC',
  NO_COLOR: undefined,
  FORCE_COLOR: undefined,
  TERM: 'xterm',
}

/** Starts it; give it up with its `kill`. */
export const start = (args: readonly string[], options: Options = {}) =>
  execa(process.execPath, [CLI, ...args], {
    env: ENVIRONMENT,
    reject: false,
    stripFinalNewline: false,
    // An end that does not come is a failure of the test, not of the machine: 15 s is ten times what any of them takes.
    timeout: 15_000,
    killSignal: 'SIGKILL',
    ...options,
  })

/** Runs it to its end. */
export const traceReset = async (args: readonly string[], options: { input?: string | Uint8Array } = {}) => {
  const { stdout, stderr, exitCode } = await start(args, { input: '', ...options })
  return { stdout: String(stdout), stderr: String(stderr), exitCode }
}

const other = () => Promise.reject(new Error('not a replay, and no query'))

/**
 * `trace-reset replay ARGS` without a process of its own, which takes ten times as long as most replays: the same options
 * and the same command, and its failures told as main.ts tells them.
 */
export const replayHere = (args: readonly string[]) => here(['replay', ...args])

/** `trace-reset query ARGS` in the same way. */
export const queryHere = (args: readonly string[]) => here(['query', ...args])

const here = async (args: readonly string[]) => {
  const run = { stdout: '', stderr: '', exitCode: 0 }
  const { signal } = new AbortController()
  const io: Io = {
    cache: '',
    out: (output) => void (run.stdout += Buffer.from(output).toString()),
    tell: (line) => void (run.stderr += `trace-reset: ${printable(line)}\n`),
    note: (line) => void (run.stderr += `${line}\n`),
    colour: false,
    width: 80,
    zone: () => 0,
    interactive: false,
    stop: signal,
    interrupt: signal,
    kill: signal,
  }
  const actions: Actions = {
    replay: (files, options) => replay(files, options, io),
    trace: other,
    top: other,
    program: other,
    probes: other,
    ehashLookup: other,
    ehashList: other,
    module: other,
    doctor: other,
    causes: other,
    report: other,
    join: other,
    query: (sql, files, options) => query(sql, files, options, io),
    completion: other,
    manual: other,
    schema: other,
  }
  try {
    await createCommand('', actions, { servicePort, findNetns }, (code) => (run.exitCode = code)).parseAsync(args, {
      from: 'user',
    })
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error
    run.stderr += failureText(error)
    run.exitCode = error.exitCode
  }
  return run
}

/** Resolves when the condition holds; asks often, and gives up only when a slow machine would have long been there. */
export const until = async (what: string, holds: () => boolean) => {
  const end = performance.now() + 15_000
  while (!holds()) {
    if (performance.now() > end) throw new Error(`it never came to be: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
