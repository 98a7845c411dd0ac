// SPDX-License-Identifier: MIT
import { accessSync, constants } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { execa } from 'execa'
import { LabError } from './errors.ts'
import { tellSteps } from './progress.ts'
import type { Architecture, Release } from './releases.ts'

/** Programs and the Debian packages that bring each. */
export type Programs = Readonly<Record<string, string | readonly string[]>>

/** What the lab runs on the host. */
const LAB: Programs = {
  'qemu-system-x86_64': 'qemu-system-x86',
  debootstrap: 'debootstrap',
  'mkfs.ext4': 'e2fsprogs',
  setpriv: 'util-linux',
  unshare: 'util-linux',
  tar: 'tar',
}

/** What it runs beside that for another architecture. */
const FOREIGN: Readonly<Record<Architecture, Programs>> = {
  arm64: { 'qemu-system-aarch64': 'qemu-system-arm', 'qemu-aarch64-static': 'qemu-user-static' },
}

/** The programs that the lab needs on the host for a release. */
export const labPrograms = ({ arch }: Release): Programs => (arch === undefined ? LAB : { ...LAB, ...FOREIGN[arch] })

/**
 * Brings programs, such as those the lab needs on the host: installed with apt-get for root, asked for otherwise.
 * @throws LabError (exit code 3) naming what is missing
 */
export const ensureHostPackages = async (signal?: AbortSignal, programs: Programs = LAB): Promise<void> => {
  const missing = missingPackages(programs)
  if (missing.length === 0) return
  const command = ['apt-get', ...PATIENT, 'install', '--yes', '--no-install-recommends', ...missing]
  if (process.getuid?.() !== 0) {
    throw new LabError(`not installed: ${missing.join(', ')}`, { exitCode: 3, hint: `sudo ${command.join(' ')}` })
  }
  // Several kernels run at once, and each asks: one apt-get answers them all.
  const key = missing.join(' ')
  const installing =
    inProgress.get(key) ??
    tellSteps('lab')(`installing ${missing.join(', ')}`, () => install(command, signal)).finally(() =>
      inProgress.delete(key),
    )
  inProgress.set(key, installing)
  await installing
  const still = missingPackages(programs)
  if (still.length > 0) throw new LabError(`${still.join(', ')} installed, and still not there`, { exitCode: 3 })
}

/** Why a test that runs these programs cannot be: they are not here, and cannot be brought. Undefined when they are here. */
export const lackOf = (programs: Programs): Promise<string | undefined> =>
  ensureHostPackages(undefined, programs).then(
    () => undefined,
    (error: unknown) => {
      if (!(error instanceof LabError)) throw error
      process.stderr.write(`${error.message}${error.hint === undefined ? '' : `; hint: ${error.hint}`}\n`)
      return error.message
    },
  )

const inProgress = new Map<string, Promise<void>>()

// Another process, such as a fresh machine's own first update, may hold the lock for a while.
const PATIENT = ['-o', 'DPkg::Lock::Timeout=300']

// Test files run at once, and of two apt-get update one fails.
const ONE_AT_A_TIME = ['flock', join(tmpdir(), 'trace-reset-apt.lock')]

const install = async (command: readonly string[], signal: AbortSignal | undefined): Promise<void> => {
  const run = (words: readonly string[]) => {
    const [file = '', ...args] = [...ONE_AT_A_TIME, ...words]
    return execa(file, args, {
      env: { DEBIAN_FRONTEND: 'noninteractive' },
      stdin: 'ignore',
      all: true,
      reject: false,
      ...(signal === undefined ? {} : { cancelSignal: signal }),
    })
  }
  // A fresh machine has no package lists, and an old one has lists of files the mirror no longer holds.
  let result = await run(command)
  if (result.failed && (await run(['apt-get', ...PATIENT, 'update'])).exitCode === 0) result = await run(command)
  signal?.throwIfAborted()
  if (!result.failed) return
  throw new LabError(`apt-get could not install them: ${lastLine(result.all)}`, {
    exitCode: 3,
    hint: `apt-get update && ${command.join(' ')}`,
  })
}

const missingPackages = (programs: Programs): string[] => [
  ...new Set(
    Object.entries(programs)
      .filter(([program]) => !isOnPath(program))
      .flatMap(([, names]) => names),
  ),
]

// The sbin directories are not on every user's PATH, and on Debian that is where debootstrap and mkfs live.
const isOnPath = (program: string): boolean =>
  [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'].some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? ''
