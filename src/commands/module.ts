// SPDX-License-Identifier: MIT
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { availableParallelism, release } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { environmentError, traceError } from '../errors.ts'
import { jsonRow } from '../format/json.ts'
import type { Io } from '../cli/io.ts'
import type { AnswerFormat, Answering } from '../cli/options.ts'
import { MODULE_DEVICE, type Facts } from '../host/facts.ts'
import { loadFacts } from '../program/loadFacts.ts'
import { packageFile } from '../cli/package.ts'
import { explainRefusal, missingSymbols } from './refusal.ts'

/** Builds, loads or unloads tcphash.ko, or prints its status. Fails with an environment or trace error. */
export const module = async (
  verb: 'build' | 'load' | 'unload' | 'status',
  { format }: Answering,
  io: Io,
): Promise<number> => {
  const facts = await loadFacts({ bpftrace: 'true' })
  switch (verb) {
    case 'build':
      return build(facts, io)
    case 'load':
      return load(facts, io)
    case 'unload':
      return unload(facts, io)
    case 'status':
      return status(facts, format, io)
  }
}

/** Where the module for this kernel is built; the package itself may be read-only. */
const directory = ({ cache }: Io) => join(cache, 'kmod', release())
const built = (io: Io) => join(directory(io), 'tcphash.ko')

const build = async ({ headers, kernel }: Facts, io: Io) => {
  if (!headers) {
    throw environmentError(
      `the headers of Linux ${kernel} are not installed`,
      `apt-get install linux-headers-${kernel} gcc make, or your system's packages of those names`,
    )
  }
  rmSync(directory(io), { recursive: true, force: true })
  mkdirSync(directory(io), { recursive: true })
  cpSync(packageFile('kmod'), directory(io), { recursive: true })
  io.tell(`building tcphash.ko for Linux ${kernel}`)
  const { exitCode, all, shortMessage } = await execa('make', [`-j${availableParallelism()}`, '-C', directory(io)], {
    reject: false,
    all: true,
    stdin: 'ignore',
  })
  if (exitCode !== 0) {
    const missing = missingSymbols(all ?? '')
    if (missing.length > 0)
      throw traceError(
        `the module cannot be built: Linux ${kernel} does not export ${missing.join(', ')}`,
        'this module is older than the kernel, or the kernel keeps that to itself: use --ehash ss',
      )
    throw traceError(
      `the module cannot be built: ${all?.split('\n').slice(-8).join('\n') ?? shortMessage}`,
      'install gcc and make; use the gcc version that built the kernel if you can',
    )
  }
  io.tell(`built ${built(io)}`)
  return 0
}

const load = async (facts: Facts, io: Io) => {
  requireRoot(facts)
  if (facts.module !== 'absent') {
    io.tell('tcphash is loaded already')
    return 0
  }
  // One that was built here is loaded; else the one that DKMS has put among the kernel's own.
  const [command, module] = existsSync(built(io)) ? ['insmod', built(io)] : ['modprobe', 'tcphash']
  const { exitCode, stderr } = await execa(command, [module], { reject: false, stdin: 'ignore' })
  if (/not found in directory/.test(stderr))
    throw environmentError(
      `there is no module for Linux ${facts.kernel}`,
      'build it with: trace-reset module build; or, on Debian: apt-get install trace-reset-dkms',
    )
  if (exitCode !== 0)
    throw environmentError(`the kernel refused the module: ${stderr}`, explainRefusal(stderr, facts.lockdown))
  io.tell(`loaded: ${MODULE_DEVICE} answers`)
  return 0
}

const unload = async (facts: Facts, io: Io) => {
  requireRoot(facts)
  if (facts.module === 'absent') {
    io.tell('tcphash is not loaded')
    return 0
  }
  const { exitCode, stderr } = await execa('rmmod', ['tcphash'], { reject: false, stdin: 'ignore' })
  if (exitCode !== 0)
    throw traceError(
      `tcphash cannot be unloaded: ${stderr}`,
      'a process has /dev/tcphash open; fuser /dev/tcphash names it',
    )
  io.tell('unloaded')
  return 0
}

const status = (facts: Facts, format: AnswerFormat, io: Io) => {
  const words = {
    ready: 'loaded and usable',
    denied: 'loaded, but not for this user: run as root',
    absent: 'not loaded',
  }
  if (format === 'json') {
    const { kernel, headers, module: state } = facts
    io.out(jsonRow({ kernel, headers, built: existsSync(built(io)) ? built(io) : null, module: state }))
    return state === 'ready' ? 0 : 3
  }
  const lines = {
    kernel: facts.kernel,
    headers: facts.headers ? 'there' : 'absent',
    built: existsSync(built(io)) ? built(io) : 'no',
    module: words[facts.module],
  }
  io.out(
    Object.entries(lines)
      .map(([name, value]) => `${name.padEnd(8)} ${value}\n`)
      .join(''),
  )
  return facts.module === 'ready' ? 0 : 3
}

const requireRoot = ({ euid }: Facts) => {
  if (euid !== 0) throw environmentError('only root can load and unload modules', 'run it with sudo')
}
