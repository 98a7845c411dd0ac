// SPDX-License-Identifier: MIT
// How large the buffers and maps of a program are made, and what memory of the kernel that takes.
import { MAP_KEYS } from './program.ts'

/** What the sizes depend on: the version of bpftrace, the CPUs that are online, and bytes in a page of memory. */
export type Sized = { version: string; online: number; pageBytes: number }

const MIB = 1024 * 1024

/** The one buffer of all CPUs, and with perf buffers the bounds for one CPU and for all of them. */
const BUFFER = { ring: 16 * MIB, leastPerCpu: MIB / 4, mostPerCpu: 16 * MIB, mostInAll: 64 * MIB } as const

/** bpftrace counts a ring buffer in pages of 4 KiB, whatever the page of the machine has (its codegen_llvm.cpp). */
const RING_PAGE = 4096

const since = (version: string, minor: number) => {
  const [major = 0, own = 0] = version.split('.').map(Number)
  return major > 0 || own >= minor
}

/** bpftrace 0.18 came with one ring buffer for all CPUs; before, each CPU has a perf buffer of its own. */
const hasRing = (version: string) => since(version, 18)

/**
 * Bytes of unread lines that fit in the buffers of all CPUs. One CPU may make 10,000 resets at once, with three lines of 200 to
 * 400 bytes each, while the reader does not run. A perf buffer is a power of 2 in pages.
 */
export const bufferBytes = ({ version, online, pageBytes }: Sized): number =>
  hasRing(version) ? BUFFER.ring : online * perfPages(online, pageBytes) * pageBytes

const perfPages = (online: number, pageBytes: number) => {
  const bytes = Math.min(BUFFER.mostPerCpu, Math.max(BUFFER.leastPerCpu, BUFFER.mostInAll / online))
  return 2 ** Math.floor(Math.log2(bytes / pageBytes))
}

/** The environment that tells bpftrace these sizes. 0.20 renamed one variable, and 0.23 warns of the older name. */
export const limitsFor = (sized: Sized): Record<string, string> => ({
  [since(sized.version, 20) ? 'BPFTRACE_MAX_MAP_KEYS' : 'BPFTRACE_MAP_KEYS_MAX']: String(MAP_KEYS),
  BPFTRACE_PERF_RB_PAGES: String(
    hasRing(sized.version) ? BUFFER.ring / RING_PAGE : perfPages(sized.online, sized.pageBytes),
  ),
})

/** Stacks that bpftrace has room for, of each depth that a program asks for; no setting changes it (0.17 to 0.27). */
const STACKS = 131_072

/** Bytes of an element of a kernel hash table besides key and value (struct htab_elem), and of its bucket. */
const ELEMENT = 48
const BUCKET = 16

/**
 * Bytes of kernel memory that the maps and the buffers of a program take while it runs, as /proc/PID/fdinfo of bpftrace has
 * it. All of it is taken at the start; none depends on the number of CPUs, but for perf buffers. Keys have 8 bytes each, and
 * so has a value, or each of several in parentheses; a task's name has 16.
 */
export const memoryOf = (text: string, sized: Sized): number => {
  const kept = [...text.matchAll(/@(\w+)\[([^;{]*?)\](?: = ([^;]*)|\+\+)/g)]
  const maps = new Map(kept.map(([, name = '', keys = '', value = '']) => [name, { keys, value }]))
  const hashes = [...maps.values()].map(({ keys, value }) => {
    const [, copied = ''] = /^@(\w+)\[[^\]]*\]$/.exec(value) ?? []
    return hash(MAP_KEYS, 8 * keys.split(',').length, valueBytes(maps.get(copied)?.value ?? value))
  })
  const depths = new Set([...text.matchAll(/\bkstack\((?:perf, ?)?(\d+)\)/g)].map(([, depth]) => Number(depth)))
  const stacks = [...depths].map((depth) => hash(STACKS, 16, 8 * depth))
  return [...hashes, ...stacks].reduce((sum, bytes) => sum + bytes, bufferBytes(sized))
}

const valueBytes = (value: string) => {
  const [, inside = ''] = /^\(([^]*)\)$/.exec(value) ?? []
  const parts = inside.split(',').map((part) => part.trim())
  return parts.reduce((sum, part) => sum + (part === 'comm' ? 16 : 8), 0)
}

const hash = (entries: number, key: number, value: number) => entries * (ELEMENT + key + value + BUCKET)
