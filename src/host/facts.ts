// SPDX-License-Identifier: MIT
import { accessSync, closeSync, constants, existsSync, openSync, readFileSync, readSync } from 'node:fs'
import { machine, release } from 'node:os'
import { join } from 'node:path'
import { geteuid } from 'node:process'
import { execa } from 'execa'
import { messageOf } from '../errors.ts'
import { readBtf, type Btf, type AskedNames } from './btf.ts'

/** Facts beside BTF that decide which steps there are: loaded modules, and the compiler's copies of functions. */
export type Symbols = { modules: readonly string[]; copies: readonly string[] }

/**
 * The names to ask the kernel about: names in its BTF, modules that may be loaded, and for a function the name of the
 * copy that the compiler may have made of it. `copied` are functions of which any copy will do.
 */
export type Asked = AskedNames & {
  modules: readonly string[]
  copies: Readonly<Record<string, string>>
  copied: readonly string[]
}

/** What this machine is and has, read once. Plain data: programs are made from it, and tests use recorded facts. */
export type Facts = {
  kernel: string
  machine: string
  euid: number
  /** The kernel's BTF of the names that were asked for, or the error of reading it. */
  btf: Btf | { error: string }
  symbols: Symbols
  /** tracefs, which bpftrace needs: readable, mounted but not readable for this user, or not mounted. */
  tracefs: 'ready' | 'denied' | 'absent'
  /** The state of lockdown(7): `none`, `integrity` or `confidentiality`. */
  lockdown: string
  bpftrace: { path: string; version: string } | { path: string; error: string }
  /**
   * Whether the addresses of kernel functions can be read, by which a stack gets its names (/proc/kallsyms). Those recorded before
   * this was asked do not have it.
   */
  names?: 'ready' | 'hidden' | 'absent' | undefined
  /** /dev/tcphash: usable, present but not usable for this user, or absent. */
  module: 'ready' | 'denied' | 'absent'
  ss: boolean
  setpriv: boolean
  /** Whether the headers of the running kernel are installed, to build the module. */
  headers: boolean
}

/** The device of tcphash.ko. */
export const MODULE_DEVICE = '/dev/tcphash'

/** Where bpftrace looks for tracefs: its usual mount point, and the one inside debugfs. */
const TRACEFS = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing']

/**
 * Reads the facts of this machine; `bpftrace` is the executable whose version is asked. A missing thing is a fact, not
 * an error.
 */
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
    names: namesState(),
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
    return { error: `/sys/kernel/btf/vmlinux: ${messageOf(error)}` }
  }
}

// BTF lacks two things: which modules are loaded, and whether the compiler made a copy of a function under another name
// (x.constprop.0).
const symbolsOf = (btf: Facts['btf'], wanted: Asked): Symbols => {
  const known = 'error' in btf ? {} : btf.functions
  const copies = Object.entries(wanted.copies).flatMap(([name, copy]) => (name in known ? [] : copy))
  const copied = wanted.copied.filter((name) => !(name in known))
  return {
    modules: wanted.modules.filter((name) => existsSync(`/sys/module/${name}`)),
    copies: copies.length + copied.length === 0 ? [] : copiesIn(attachable(), copies, copied),
  }
}

/**
 * The compiler's copies of functions among what can be attached to (tracefs, available_filter_functions): those of these
 * names, and whichever there are `of` these functions.
 */
export const copiesIn = (attachable: string, names: readonly string[], of: readonly string[]): string[] => [
  ...names.filter((name) => attachable.includes(`\n${name}\n`)),
  ...of.flatMap((name) => attachable.match(new RegExp(`^${name}\\.(?:constprop|isra)\\.\\d+$`, 'gm')) ?? []),
]

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

/** The state of tracefs: the best of all places where it may be mounted. */
export const tracefsState = (places: readonly string[] = TRACEFS): Facts['tracefs'] => {
  // Without tracefs mounted, the place is an empty directory.
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

/**
 * The state of a list of the kernel's symbols. Where addresses are hidden all are 0 (kallsyms_show_value, kernel/kallsyms.c): for
 * everybody with kernel.kptr_restrict=2, and without CAP_SYSLOG.
 */
export const namesState = (path = '/proc/kallsyms'): NonNullable<Facts['names']> => {
  try {
    const descriptor = openSync(path, 'r')
    try {
      // Symbols of each CPU come first, and one of them may be at 0.
      const first = Buffer.alloc(4096)
      const read = readSync(descriptor, first)
      return /^0*[1-9a-f]/m.test(first.toString('latin1', 0, read)) ? 'ready' : 'hidden'
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return 'absent'
  }
}

const bpftraceVersion = async (path: string): Promise<Facts['bpftrace']> => {
  const { stdout, exitCode, shortMessage, code } = await execa(path, ['--version'], {
    reject: false,
    stdin: 'ignore',
    timeout: 30_000,
  })
  const version = /\bv?(\d+\.\d+(?:\.\d+)?)/.exec(stdout)?.[1]
  if (exitCode === 0 && version !== undefined) return { path, version }
  if (code === 'ENOENT') return { path, error: 'not found' }
  if (code === 'EACCES') return { path, error: 'not an executable file' }
  return {
    path,
    error: shortMessage?.replaceAll('\n', ' ') ?? `it prints no version: ${JSON.stringify(stdout.slice(0, 80))}`,
  }
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
