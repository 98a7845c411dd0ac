// SPDX-License-Identifier: MIT
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { machine, release } from 'node:os'
import { join } from 'node:path'
import { geteuid } from 'node:process'
import { execa } from 'execa'
import { messageOf } from '../errors.ts'
import { readBtf, type Btf, type AskedNames } from './btf.ts'

/** What of the kernel decides over the steps besides BTF: loaded modules, and the compiler's copies of functions. */
export type Symbols = { modules: readonly string[]; copies: readonly string[] }

/**
 * What is to be asked of the kernel: names in its BTF, modules that may be loaded, and copies that the compiler may have
 * made of a function, by that function's name.
 */
export type Asked = AskedNames & { modules: readonly string[]; copies: Readonly<Record<string, string>> }

/** What this machine is and has, read once. Plain data: a program is made from it, and tests hold recorded ones. */
export type Facts = {
  kernel: string
  machine: string
  euid: number
  /** What the kernel's BTF says of the names that were asked for, or why it could not be read. */
  btf: Btf | { error: string }
  symbols: Symbols
  /** tracefs, where bpftrace finds tracepoints: can be read, is mounted but not for us, is not mounted. */
  tracefs: 'ready' | 'denied' | 'absent'
  /** The state of lockdown(7): `none`, `integrity` or `confidentiality`. */
  lockdown: string
  bpftrace: { path: string; version: string } | { path: string; error: string }
  /** /dev/tcphash: can be opened, is there but not for us, is not there. */
  module: 'ready' | 'denied' | 'absent'
  ss: boolean
  setpriv: boolean
  /** The headers of the running kernel, to build the module with. */
  headers: boolean
}

export const MODULE_DEVICE = '/dev/tcphash'

/** Where bpftrace looks for tracefs: its own place, and the one that debugfs has for it. */
const TRACEFS = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing']

/** Reads the facts of this machine; `bpftrace` is the executable to ask for its version. Never throws for a lack. */
export const readFacts = async (bpftrace: string, wanted: Asked): Promise<Facts> => {
  const asked = Promise.all([bpftraceVersion(bpftrace), runs('ss', ['-V']), runs('setpriv', ['--version'])])
  const btf = kernelBtf(wanted)
  const [version, ss, setpriv] = await asked
  return {
    kernel: release(),
    machine: machine(),
    euid: geteuid?.() ?? -1,
    btf,
    symbols: symbolsOf(btf, wanted),
    tracefs: tracefsState(),
    lockdown: lockdown(),
    bpftrace: version,
    module: reach(MODULE_DEVICE, constants.R_OK | constants.W_OK),
    ss,
    setpriv,
    headers: existsSync(`/lib/modules/${release()}/build/Makefile`),
  }
}

const kernelBtf = (wanted: AskedNames): Facts['btf'] => {
  try {
    return readBtf(readFileSync('/sys/kernel/btf/vmlinux'), wanted)
  } catch (error) {
    return { error: messageOf(error) }
  }
}

// What BTF does not tell: loaded modules, and where a function is not, whether the compiler made a copy of it.
const symbolsOf = (btf: Facts['btf'], wanted: Asked): Symbols => {
  const known = 'error' in btf ? {} : btf.functions
  const copies = Object.entries(wanted.copies).flatMap(([name, copy]) => (name in known ? [] : copy))
  return {
    modules: wanted.modules.filter((name) => existsSync(`/sys/module/${name}`)),
    copies: copies.length === 0 ? [] : copies.filter((name) => attachable().includes(`\n${name}\n`)),
  }
}

const attachable = () => {
  for (const place of TRACEFS) {
    try {
      return readFileSync(join(place, 'available_filter_functions'), 'latin1')
    } catch {
      // Not mounted here.
    }
  }
  return ''
}

/** How tracefs stands: in the place where it can be read, when there is one. */
export const tracefsState = (places: readonly string[] = TRACEFS): Facts['tracefs'] => {
  // A place without tracefs is an empty directory.
  const states = places.map((place) => reach(join(place, 'events'), constants.R_OK | constants.X_OK))
  return states.find((state) => state === 'ready') ?? states.find((state) => state === 'denied') ?? 'absent'
}

// The file reads `none [integrity] confidentiality` (security/lockdown/lockdown.c); without it there is no lockdown.
const lockdown = () => {
  try {
    return /\[(\w+)\]/.exec(readFileSync('/sys/kernel/security/lockdown', 'latin1'))?.[1] ?? 'none'
  } catch {
    return 'none'
  }
}

const bpftraceVersion = async (path: string): Promise<Facts['bpftrace']> => {
  const { stdout, exitCode, shortMessage } = await execa(path, ['--version'], {
    reject: false,
    stdin: 'ignore',
    timeout: 30_000,
  })
  const version = /\bv?(\d+\.\d+(?:\.\d+)?)/.exec(stdout)?.[1]
  if (exitCode === 0 && version !== undefined) return { path, version }
  return { path, error: shortMessage ?? `it does not print a version: ${JSON.stringify(stdout.slice(0, 80))}` }
}

const reach = (path: string, mode: number) => {
  try {
    accessSync(path, mode)
    return 'ready'
  } catch (error) {
    return error instanceof Error && 'code' in error && ABSENT.has(error.code) ? 'absent' : 'denied'
  }
}

const ABSENT = new Set<unknown>(['ENOENT', 'ENOTDIR'])

const runs = async (command: string, args: string[]) =>
  (await execa(command, args, { reject: false, stdio: 'ignore', timeout: 30_000 })).exitCode === 0
