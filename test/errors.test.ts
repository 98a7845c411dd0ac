// SPDX-License-Identifier: MIT
import { mkdtempSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { messageOf } from '../src/errors.ts'

const failureOf = (act: () => unknown): unknown => {
  try {
    act()
  } catch (error) {
    return error
  }
  throw new Error('it did not fail')
}

const directory = mkdtempSync(join(tmpdir(), "trace-reset-errors, 'x' "))
afterAll(() => rmSync(directory, { recursive: true }))

test.each<[string, () => unknown, string]>([
  ['a file that is not there', () => openSync(join(directory, 'none'), 'r'), 'no such file or directory'],
  ['a directory', () => openSync(directory, 'w'), 'illegal operation on a directory'],
  ['a full disk', () => writeSync(openSync('/dev/full', 'w'), 'x'), 'no space left on device'],
  ['a file that is no directory', () => readdirSync('/dev/null'), 'not a directory'],
])('of the system, its words alone: %s', (_, act, words) => {
  expect(messageOf(failureOf(act))).toBe(words)
})

test.each<[unknown, string]>([
  [new Error('two\n  lines'), 'two lines'],
  [new Error('ENOENT: as somebody else says it, open it'), 'ENOENT: as somebody else says it, open it'],
  ['text', 'text'],
])('of anything else, all in one line: %o', (thrown, words) => {
  expect(messageOf(thrown)).toBe(words)
})
