// SPDX-License-Identifier: MIT
// Whose code an address in the kernel is. bpftrace reads the symbols once and then gives an address in a module that was loaded
// later the last name below it.
import { readFileSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'

/** The name of one frame of a stack: its address (hex), and what bpftrace calls it. Undefined: nothing is known. */
export type NameFrame = (address: string, name: string) => string | undefined

/**
 * Code of the kernel itself, from its first byte to the one behind its last, and the names of functions that were freed and whose
 * place another module has now. While a kprobe is attached, ftrace keeps the names of what a module frees after its beginning
 * (ftrace_free_mem() in kernel/trace/ftrace.c), and bpftrace takes them for what is there now.
 */
export type Text = { from: bigint; to: bigint; freed: ReadonlySet<string> }

/** How long the list of modules is believed, in milliseconds. */
const FRESH_MS = 1000

/** Addresses that are remembered; a trace meets some hundreds. */
const MOST_ADDRESSES = 4096

/** What is asked of the machine: the list of modules as /proc/modules has it, and a clock in milliseconds. */
type Asked = { modules: () => string; now: () => number }

/**
 * Names frames by the modules of the moment at which it is made, which bpftrace knows too: bpftrace's name is kept in them and in
 * the kernel itself. A frame of a module that came later is told by the module, `[nft_reject_inet]`. Code that is of
 * neither, as of BPF programs, has no name. `text` may become known later; until then only modules tell.
 */
export const createNameFrame = (text: () => Text | undefined, { modules, now }: Asked = HERE): NameFrame => {
  let list = modules()
  let read = now()
  let loaded = readModules(list)
  const known = new Set(loaded.map(keyOf))
  const names = new Map<string, { module: string | undefined; isKnown: boolean }>()

  const refresh = () => {
    const found = modules()
    read = now()
    if (found === list) return
    list = found
    loaded = readModules(found)
    names.clear()
    // Another module at this place later is not the one that bpftrace knows.
    for (const key of known) if (!loaded.some((one) => keyOf(one) === key)) known.delete(key)
  }

  const ownerOf = (address: string) => {
    const isOld = now() - read > FRESH_MS
    if (isOld) refresh()
    const before = names.get(address)
    if (before !== undefined) return before
    if (!isOld) refresh()
    const at = BigInt(`0x${address}`)
    const module = moduleAt(loaded, at)
    const owner = { module: module?.name, isKnown: module !== undefined && known.has(keyOf(module)) }
    if (names.size >= MOST_ADDRESSES) names.clear()
    names.set(address, owner)
    return owner
  }

  return (address, name) => {
    const kernel = text()
    const at = BigInt(`0x${address}`)
    if (kernel !== undefined && kernel.from <= at && at < kernel.to) return name
    const { module, isKnown } = ownerOf(address)
    if (isKnown ? kernel?.freed.has(name) !== true : module === undefined && kernel === undefined) return name
    return module === undefined ? undefined : `[${module}]`
  }
}

const HERE: Asked = {
  modules: () => {
    try {
      return readFileSync('/proc/modules', 'latin1')
    } catch {
      return ''
    }
  },
  now: () => performance.now(),
}

type Module = { name: string; from: bigint; to: bigint }

const keyOf = ({ name, from }: Module) => `${name} ${from}`

// `name size users by state address`. The size is that of all parts of the module, and the address that of its code, the first of
// them: it reaches as far as the next module at most. Without the right to see addresses they are all 0.
const readModules = (text: string): Module[] => {
  const modules = text
    .split('\n')
    .flatMap((line) => {
      const [, name = '', size = '', address = ''] = /^(\S+) (\d+) .* 0x([0-9a-f]+)/.exec(line) ?? []
      const from = BigInt(`0x${address || '0'}`)
      return from === 0n ? [] : [{ name, from, to: from + BigInt(size) }]
    })
    .toSorted((a, b) => (a.from < b.from ? -1 : 1))
  return modules.map((module, index) => {
    const next = modules[index + 1]
    return next !== undefined && next.from < module.to ? { ...module, to: next.from } : module
  })
}

const moduleAt = (loaded: readonly Module[], at: bigint) => loaded.findLast(({ from, to }) => from <= at && at < to)

/** The Text of this machine by /proc/kallsyms: undefined where addresses are hidden or it cannot be read. */
export const readKernelText = async (path = '/proc/kallsyms', { modules } = HERE): Promise<Text | undefined> => {
  try {
    const file = await open(path)
    try {
      return await textIn(file, readModules(modules()))
    } finally {
      await file.close()
    }
  } catch {
    return undefined
  }
}

// The kernel's symbols come before those of modules, in order of their addresses.
const textIn = async (file: FileHandle, loaded: readonly Module[]): Promise<Text | undefined> => {
  let [from, to] = [0n, 0n]
  const freed = new Set<string>()
  for await (const line of file.readLines({ autoClose: false })) {
    const [, address = '', name = '', of] = /^([0-9a-f]+) [tT] (\S+)(?:\t\[(\S+)\])?$/.exec(line) ?? []
    if (name === '_stext') from = BigInt(`0x${address}`)
    if (name === '_etext') to = BigInt(`0x${address}`)
    if (of !== undefined && (moduleAt(loaded, BigInt(`0x${address}`))?.name ?? of) !== of) freed.add(name)
  }
  return from > 0n && from < to ? { from, to, freed } : undefined
}
