// SPDX-License-Identifier: MIT
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { finished } from 'node:stream/promises'
import type { Duplex, Writable } from 'node:stream'
import { execa } from 'execa'
import { createWorkDirectory, remove } from './cache.ts'
import { readConsoleEnd } from './console.ts'
import { LabError } from './errors.ts'
import { ensureImage, type Image } from './image.ts'
import { packJob } from './job.ts'
import { ensureModule } from './module.ts'
import { tellSteps } from './progress.ts'
import { type Machine, type MachineOptions, startMachine } from './qemu.ts'

/** One command in one virtual machine. */
export type LabRun = MachineOptions & {
  /** A name of releases.ts. */
  readonly release: string
  /** The command and its arguments; run as root in the project's directory, without a shell. */
  readonly command: readonly string[]
  /** Files and directories of the project, by their paths in it, that come along beside what every command has. */
  readonly bring?: readonly string[]
  /** A directory of the host that gets what the command leaves in the guest's /out. */
  readonly out?: string
  /** How long the machine may live. Default 1800. */
  readonly timeoutSeconds?: number
  /** Where the command's stdout goes, byte for byte. Default: this process's. */
  readonly stdout?: Writable
  /** Where the command's stderr goes. Default: this process's. */
  readonly stderr?: Writable
  /** Where the lab itself tells what it does. Default: this process's stderr. */
  readonly log?: Writable
  /** Kills the machine (or stops the build) at once; `runInLab` then rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /**
   * Sends SIGINT to the command's process group, which is a normal end: its output and exit code still arrive.
   * While there is no command yet, it does what `signal` does.
   */
  readonly interrupt?: AbortSignal
}

/** What came of it. */
export type LabResult = {
  /** The command's exit code, or 128 + n when signal n ended it. */
  readonly exitCode: number
  /** From QEMU's start to the guest's word that it is up. */
  readonly bootSeconds: number
}

/** Under emulation a boot ends in a panic now and then, in the middle of the kernel's patching of its own code. */
const MOST_BOOTS = 3

/** A busy machine without KVM boots in 30 s; whoever needs six times that hangs. */
const BOOT_SECONDS = 180

/**
 * Boots a release and runs a command in it.
 * @throws LabError exit code 2 for an unknown release; 3 when the image cannot be built, the guest does not come up, or
 * it goes down (kernel panic, time-out) before the command has ended. The message ends with the console's last lines.
 */
export const runInLab = async (run: LabRun): Promise<LabResult> => {
  const log = run.log ?? process.stderr
  const signal = AbortSignal.any([run.signal, run.interrupt].filter((one) => one !== undefined))
  const image = await ensureImage(run.release, { signal, log })
  const directory = createWorkDirectory(`running-${run.release}`)
  try {
    const module = await moduleFor(image, log, signal)
    const { command, bring = [], out } = run
    const jobTar = await packJob(directory, { command, module, wantsOut: out !== undefined, bring })
    signal.throwIfAborted()
    const consoleLog = join(directory, 'console.log')
    for (let boot = 1; ; boot++) {
      try {
        return await attend(run, image, startMachine(image, jobTar, consoleLog, run), consoleLog)
      } catch (error) {
        if (!(error instanceof LabError) || !error.early || boot === MOST_BOOTS) throw error
        log.write(`lab: ${image.release.name}: booting again: ${error.message}\n`)
      }
    }
  } finally {
    remove(directory)
  }
}

// A module that does not build is said, and is no reason to refuse a command that may not need it.
const moduleFor = async (image: Image, log: Writable, signal: AbortSignal): Promise<string | undefined> => {
  const name = `lab: ${image.release.name}`
  try {
    return await ensureModule(image, tellSteps(name, log), signal)
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    log.write(`${name}: no module: ${error.message}\n`)
    return undefined
  }
}

// From QEMU's start until nothing of it is left.
const attend = async (run: LabRun, image: Image, machine: Machine, consoleLog: string): Promise<LabResult> => {
  const startedAt = performance.now()
  const seconds = () => (performance.now() - startedAt) / 1000
  let qemuMessages = ''
  let reason: string | undefined
  let bootSeconds: number | undefined
  let exitCode: number | undefined
  const kill = (why?: string) => {
    reason ??= why
    machine.process.kill('SIGKILL')
  }
  const abort = () => kill()
  const interrupt = () => (bootSeconds === undefined ? kill() : machine.control.write('signal INT\n'))

  // A kernel that watches itself takes many times as long.
  const patience = image.release.built === undefined ? BOOT_SECONDS : 10 * BOOT_SECONDS
  const boot = setTimeout(() => kill(`no sign of life within ${patience} s`), patience * 1000)
  const lifetime = run.timeoutSeconds ?? 1800
  const life = setTimeout(() => kill(`not done within ${lifetime} s`), lifetime * 1000)
  run.signal?.addEventListener('abort', abort)
  run.interrupt?.addEventListener('abort', interrupt)
  machine.process.stderr?.on('data', (chunk: Buffer) => (qemuMessages += chunk.toString()))
  // Written to while the guest goes down, it breaks: the end is told by the process, not by this.
  machine.control.on('error', () => {})
  const said = createInterface({ input: machine.control })
  said.on('error', () => {})
  said.on('line', (line) => {
    const [word, value = ''] = line.split(' ')
    if (word === 'exit') exitCode = Number(value)
    if (word !== 'ready') return
    clearTimeout(boot)
    bootSeconds = seconds()
    const log = run.log ?? process.stderr
    log.write(`lab: ${image.release.name}: Linux ${value}, bpftrace ${image.bpftrace.replace(/^bpftrace /, '')}\n`)
  })

  try {
    const [outFault] = await Promise.all([
      extract(machine, run.out),
      hand(machine.stdout, run.stdout ?? process.stdout),
      hand(machine.stderr, run.stderr ?? process.stderr),
      once(machine.process, 'close'),
    ])
    if (exitCode !== undefined && outFault !== undefined) throw new LabError(outFault, { exitCode: 3 })
  } finally {
    clearTimeout(boot)
    clearTimeout(life)
    run.signal?.removeEventListener('abort', abort)
    run.interrupt?.removeEventListener('abort', interrupt)
    kill()
  }

  if (exitCode !== undefined && bootSeconds !== undefined) return { exitCode, bootSeconds }
  run.signal?.throwIfAborted()
  if (bootSeconds === undefined) run.interrupt?.throwIfAborted()
  const early = bootSeconds === undefined
  throw failure(reason ?? `the guest went down after ${seconds().toFixed(0)} s`, image, {
    qemuMessages,
    consoleLog,
    early,
  })
}

// The destination is the caller's and outlives the machine, so its end is not passed on.
const hand = async (port: Duplex, destination: Writable): Promise<void> => {
  port.pipe(destination, { end: false })
  await finished(port, { writable: false })
}

// An empty stream is no tar, and no fault either: the guest went down before it came to that, which is told elsewhere.
const extract = async ({ out: port, control }: Machine, directory: string | undefined): Promise<string | undefined> => {
  if (directory === undefined) {
    port.resume()
    await finished(port, { writable: false })
    return undefined
  }
  mkdirSync(directory, { recursive: true })
  const args = ['--extract', '--no-same-owner', `--directory=${directory}`]
  const tar = execa('tar', args, { reject: false })
  // It ends with the archive, which is before the port does.
  tar.stdin.on('error', () => undefined)
  port.pipe(tar.stdin)
  const result = await tar
  control.write('taken\n')
  // Whatever tar did not take, the guest must get rid of, or it never ends.
  port.resume()
  return result.failed ? `could not unpack /out to ${directory}: ${result.stderr}` : undefined
}

type Remains = { qemuMessages: string; consoleLog: string; early: boolean }

const failure = (reason: string, image: Image, { qemuMessages, consoleLog, early }: Remains): LabError => {
  const { panic, torn, lines } = readConsoleEnd(consoleLog)
  const what = panic === undefined ? reason : `kernel panic: ${panic}`
  return new LabError(`${image.release.name} (Linux ${image.kernel}): ${what}`, {
    exitCode: 3,
    early,
    torn,
    hint: ['the console says', qemuMessages.trim(), ...lines].filter((line) => line !== '').join('\n'),
  })
}
