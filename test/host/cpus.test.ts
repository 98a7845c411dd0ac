// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs'
import { endianness } from 'node:os'
import { expect, test } from 'vitest'
import { pageBytesIn, readCpus } from '../../src/host/cpus.ts'

const vector = (...words: number[]) => {
  const buffer = Buffer.alloc(8 * words.length)
  for (const [index, word] of words.entries()) {
    if (endianness() === 'LE') buffer.writeBigUInt64LE(BigInt(word), 8 * index)
    else buffer.writeBigUInt64BE(BigInt(word), 8 * index)
  }
  return buffer
}

test.each([
  ['4 KiB', vector(33, 7, 6, 4096, 0, 0), 4096],
  ['64 KiB', vector(16, 6, 6, 65_536, 0, 0), 65_536],
  ['not told', vector(33, 7, 0, 0), 4096],
  ['not readable', Buffer.alloc(0), 4096],
])('a page of %s', (_, bytes, expected) => {
  expect(pageBytesIn(bytes)).toBe(expected)
})

test('this machine', () => {
  const { online, pageBytes } = readCpus()
  expect(online).toBe(readFileSync('/proc/stat', 'latin1').match(/^cpu\d/gm)?.length)
  expect(Math.log2(pageBytes) % 1).toBe(0)
})
