// SPDX-License-Identifier: MIT
import { join } from 'node:path'
import { execa } from 'execa'
import { LabError } from './errors.ts'

/**
 * Runs a command of the host to its end.
 * @returns its stdout, trimmed
 * @throws LabError (exit code 3) with its last lines when it fails, or the signal's reason
 */
export const run = async (command: readonly string[], signal: AbortSignal): Promise<string> => {
  const [file = '', ...args] = command
  const env = { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin:/usr/local/bin`, LC_ALL: 'C.UTF-8' }
  // SIGKILL, since unshare ignores the others while it waits for its child.
  const options = {
    env,
    stdin: 'ignore',
    all: true,
    reject: false,
    cancelSignal: signal,
    killSignal: 'SIGKILL',
  } as const
  const result = await execa(file, args, options)
  signal.throwIfAborted()
  if (!result.failed) return result.stdout.trim()
  const tail = result.all.trimEnd().split('\n').slice(-15).join('\n')
  throw new LabError(`${result.shortMessage}\n${tail}`, { exitCode: 3 })
}

/** Runs a command that mounts things, as `run` does. */
export const runContained = (command: readonly string[], signal: AbortSignal): Promise<string> =>
  run(['unshare', ...CONTAINED, '--mount-proc', ...command], signal)

/** Runs a command inside a release's root, with /proc there, as `run` does. Needs root. */
export const runInRoot = (root: string, command: readonly string[], signal: AbortSignal): Promise<string> =>
  run(['unshare', ...CONTAINED, `--mount-proc=${join(root, 'proc')}`, 'chroot', root, ...command], signal)

// Mounts are made in a mount namespace of their own, and processes in a pid namespace that dies with unshare: however
// it ends, nothing stays mounted or running.
const CONTAINED = ['--mount', '--pid', '--fork', '--kill-child']
