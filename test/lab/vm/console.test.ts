// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { findEnd } from './console.ts'

const lines = (count: number, what: string) => Array.from({ length: count }, (_, index) => `${what} ${index}`)

test('a quiet end shows its last lines', () => {
  expect(findEnd(lines(100, 'boot'))).toEqual({ panic: undefined, lines: lines(100, 'boot').slice(60) })
})

test('a panic is named, and shown from before it although a long trace follows', () => {
  const end = findEnd([...lines(100, 'boot'), '[ 1.2] Kernel panic - not syncing: Oops', ...lines(100, 'trace')])
  expect(end.panic).toBe('not syncing: Oops')
  expect(end.lines.slice(11, 14)).toEqual(['boot 99', '[ 1.2] Kernel panic - not syncing: Oops', 'trace 0'])
})
