// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs'
import { cpus, endianness } from 'node:os'

/** CPUs that are online, and bytes in a page of memory: what the buffers of bpftrace are counted by. */
export const readCpus = (): { online: number; pageBytes: number } => ({
  online: Math.max(1, cpus().length),
  pageBytes: pageBytesIn(auxiliaryVector()),
})

/** Of the auxiliary vector (getauxval(3)), the type that gives the size of a page. */
const AT_PAGESZ = 6

/** The size of a page by an auxiliary vector: pairs of words of 64 bits, type and value. 4096 where it has none. */
export const pageBytesIn = (vector: Buffer): number => {
  const word = (at: number) => Number(endianness() === 'LE' ? vector.readBigUInt64LE(at) : vector.readBigUInt64BE(at))
  for (let at = 0; at + 16 <= vector.length; at += 16) if (word(at) === AT_PAGESZ) return word(at + 8)
  return 4096
}

const auxiliaryVector = () => {
  try {
    return readFileSync('/proc/self/auxv')
  } catch {
    return Buffer.alloc(0)
  }
}
