// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { findEnd } from './console.ts'

const lines = (count: number, what: string) => Array.from({ length: count }, (_, index) => `${what} ${index}`)

test('a quiet end shows its last lines', () => {
  expect(findEnd(lines(100, 'boot'))).toEqual({ panic: undefined, torn: false, lines: lines(100, 'boot').slice(60) })
})

test('a panic is named, and shown from before it although a long trace follows', () => {
  const end = findEnd([...lines(100, 'boot'), '[ 1.2] Kernel panic - not syncing: Oops', ...lines(100, 'trace')])
  expect(end.panic).toBe('not syncing: Oops')
  expect(end.lines.slice(11, 14)).toEqual(['boot 99', '[ 1.2] Kernel panic - not syncing: Oops', 'trace 0'])
})

const oops = (what: string) => [
  ...lines(100, 'boot'),
  `[   25.183911] ${what}: 0000 [#1] PREEMPT SMP NOPTI`,
  ...lines(30, 'trace'),
  '[   25.184300] Kernel panic - not syncing: Fatal exception in interrupt',
  ...lines(100, 'after'),
]

test.each([
  ['Oops: int3', true],
  ['int3', true],
  ['Oops: general protection fault, probably for non-canonical address 0x1', false],
  ['invalid opcode', false],
  ['Oops', false],
])('a panic after "%s" is shown from there; torn by the emulator: %s', (what, torn) => {
  const end = findEnd(oops(what))
  expect(end).toMatchObject({ panic: 'not syncing: Fatal exception in interrupt', torn })
  expect(end.lines[0]).toContain(`${what}: 0000`)
})
