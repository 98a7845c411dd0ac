// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { createHeads } from '../../src/cli/heads.ts'
import { at, start } from '../samples.ts'

const begin = (boot: number) => ({ ...start(), at: at(1000), boot: { s: boot, ns: 0 } })
const set = (ms: number, boot: number) => ({ kind: 'tick', at: at(ms), boot: { s: boot, ns: 0 } }) as const

test('a moment is dated by the last setting of the clock before it', () => {
  const heads = createHeads('1.2.3')
  expect(heads.of(at(1))).toBeUndefined()
  for (const seen of [begin(100), set(2000, 3700)]) heads.see(seen)
  expect([500, 1500, 1999, 2000, 9000].map((ms) => heads.of(at(ms))?.boot.s)).toEqual([100, 100, 100, 3700, 3700])
  expect(heads.last()?.tool).toBe('1.2.3')
})

test('another trace has its own', () => {
  const heads = createHeads('')
  for (const seen of [begin(100), set(2000, 3700), begin(5)]) heads.see(seen)
  expect(heads.of(at(9000))?.boot.s).toBe(5)
})

test('of settings without an end the last ones are remembered', () => {
  const heads = createHeads('')
  heads.see(begin(0))
  for (let n = 1; n <= 100; n += 1) heads.see(set(1000 + n, n))
  expect(heads.of(at(1085))?.boot.s).toBe(85)
  expect(heads.of(at(1100))?.boot.s).toBe(100)
})
