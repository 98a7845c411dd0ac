// SPDX-License-Identifier: MIT
import { existsSync } from 'node:fs'
import { execa } from 'execa'
import { createHeads } from '../../cli/heads.ts'
import type { Io } from '../../cli/io.ts'
import { toolVersion } from '../../cli/package.ts'
import { environmentError } from '../../errors.ts'
import { journalEntry } from '../../format/journal.ts'
import { JOURNALD_SOCKET } from '../../host/ways.ts'
import type { Outlet } from './outlets.ts'
import type { Warn } from './tell.ts'

/** Who writes the entries, and where journald listens. */
const SYSTEM = { logger: 'logger', socket: JOURNALD_SOCKET }

/** Entries that may wait, half a kilobyte each; those of a worse flood are counted alone. */
const MOST_WAITING = 10_000

/** Milliseconds for one entry, and for all that wait at the end. */
const PATIENCE_MS = 10_000

/**
 * Writes each verdict to the journal by logger(1) of util-linux, one after the other: Node has no datagrams of AF_UNIX. What
 * cannot be written is told once, and counted at the end. Fails with an environment error where there is no such logger or no
 * journald; logger itself says nothing of that.
 */
export const openJournald = async (io: Pick<Io, 'tell' | 'kill'>, warn: Warn, system = SYSTEM): Promise<Outlet> => {
  await requireJournald(system)
  const heads = createHeads(toolVersion())
  const end = new AbortController()
  const late = AbortSignal.any([io.kill, end.signal])
  const waiting: string[] = []
  let writing: Promise<void> | undefined
  let [given, lost] = [0, 0]

  const lose = (why: string) => {
    if (lost === 0) warn(`--journald: ${why}: entries are lost`)
    lost += 1
  }
  const writeAll = async () => {
    for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) {
      const failure = late.aborted ? 'no time was left for all entries' : await write(system.logger, entry, late)
      if (failure !== undefined) lose(failure)
    }
  }

  return {
    see: heads.see,
    judged: (verdict) => {
      const start = heads.of(verdict.at)
      if (start === undefined) return
      given += 1
      if (waiting.length >= MOST_WAITING) return lose('more verdicts than logger takes')
      waiting.push(journalEntry(verdict, start))
      writing ??= writeAll().finally(() => (writing = undefined))
    },
    end: async () => {
      const timer = setTimeout(() => end.abort(), PATIENCE_MS)
      await writing
      clearTimeout(timer)
      if (lost > 0) io.tell(`--journald: LOST ${lost} of ${given} entries`)
    },
  }
}

const requireJournald = async ({ logger, socket }: typeof SYSTEM) => {
  const help = await execa(logger, ['--help'], { reject: false, stdin: 'ignore', timeout: PATIENCE_MS })
  if (help.failed || !help.stdout.includes('--journald'))
    throw environmentError(`--journald: no ${logger} that takes --journald`, 'install that of util-linux (bsdutils)')
  if (!existsSync(socket))
    throw environmentError(`--journald: no journald listens on ${socket}`, 'start systemd-journald, or leave it out')
}

// Why it failed, if it did. A group of its own: the Ctrl-C of a terminal is not for it.
const write = async (logger: string, entry: string, late: AbortSignal): Promise<string | undefined> => {
  const { failed, exitCode, stderr, timedOut } = await execa(logger, ['--journald'], {
    input: entry,
    stdout: 'ignore',
    reject: false,
    detached: true,
    timeout: PATIENCE_MS,
    killSignal: 'SIGKILL',
    cancelSignal: late,
  })
  if (!failed) return undefined
  if (timedOut) return `${logger} took longer than ${PATIENCE_MS / 1000} s`
  return `${logger} failed${exitCode === undefined ? '' : ` with exit code ${exitCode}`}${stderr ? `: ${stderr.split('\n')[0]}` : ''}`
}
