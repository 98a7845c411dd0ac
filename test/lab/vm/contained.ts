// SPDX-License-Identifier: MIT
import { join } from 'node:path'
import { execa } from 'execa'
import { LabError } from './errors.ts'
import type { Architecture } from './releases.ts'

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

/** Runs a command that mounts things, as `run` does; `arch` is that of programs that are not this machine's. */
export const runContained = (command: readonly string[], signal: AbortSignal, arch?: Architecture): Promise<string> =>
  run(['unshare', ...CONTAINED, '--mount-proc', ...foreign(arch), ...command], signal)

/** Runs a command inside a root, with /proc there, as `run` does; `arch` is that of the root. Needs root. */
export const runInRoot = (
  root: string,
  command: readonly string[],
  signal: AbortSignal,
  arch?: Architecture,
): Promise<string> => {
  const proc = `--mount-proc=${join(root, 'proc')}`
  return run(['unshare', ...CONTAINED, proc, ...foreign(arch), 'chroot', root, ...command], signal)
}

// Mounts are made in a mount namespace of their own, and processes in a pid namespace that dies with unshare: however
// it ends, nothing stays mounted or running.
const CONTAINED = ['--mount', '--pid', '--fork', '--kill-child']

// The first 20 bytes of an ELF file of it, whatever its ABI, executable or shared.
const AARCH64 = {
  magic: String.raw`\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00`,
  mask: String.raw`\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff`,
}

const foreign = (arch: Architecture | undefined) => (arch === undefined ? [] : ['sh', '-c', REGISTER[arch]])

// The kernel is told to run the programs of another architecture by QEMU, by how their files begin (binfmt_misc), and opens
// QEMU at once, so that it need not be in the root (flag F). It forgets that with the mount, unless the host has one, too.
const REGISTER: Record<Architecture, string> = {
  arm64: String.raw`set -e
    binfmt=/proc/sys/fs/binfmt_misc
    mount -t binfmt_misc binfmt_misc $binfmt
    qemu=$(command -v qemu-aarch64-static || command -v qemu-aarch64)
    [ -e $binfmt/qemu-aarch64 ] || printf '%s' ':qemu-aarch64:M::${AARCH64.magic}:${AARCH64.mask}:'"$qemu:F" >$binfmt/register
    exec "$0" "$@"`,
}
