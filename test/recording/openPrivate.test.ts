// SPDX-License-Identifier: MIT
// What is written to a directory that others can write to, by root and by anybody.
import {
  chmodSync,
  chownSync,
  closeSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { openPrivate } from '../../src/recording/openPrivate.ts'

const directory = mkdtempSync(join(tmpdir(), 'trace-reset-private-'))
afterAll(() => rmSync(directory, { recursive: true }))

const victim = join(directory, 'victim')
const shared = join(directory, 'shared')
const isRoot = process.geteuid?.() === 0

beforeEach(() => {
  rmSync(shared, { recursive: true, force: true })
  mkdirSync(shared)
  chmodSync(shared, 0o1777)
  writeFileSync(victim, 'precious')
})

const opened = (file: string) => closeSync(openPrivate(file))

test('what is made is for its owner alone; what was there is written from its beginning', () => {
  const file = join(shared, 'new')
  opened(file)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  writeFileSync(file, 'old')
  opened(file)
  expect(readFileSync(file, 'utf8')).toBe('')
})

test("a link is followed in a directory of one's own, as by any tool", () => {
  const link = join(directory, 'link')
  symlinkSync(victim, link)
  opened(link)
  expect(readFileSync(victim, 'utf8')).toBe('')
})

test('no link is followed where others can write', () => {
  symlinkSync(victim, join(shared, 'link'))
  expect(() => opened(join(shared, 'link'))).toThrow(/ELOOP/)
  symlinkSync(join(directory, 'nothing'), join(shared, 'dangling'))
  expect(() => opened(join(shared, 'dangling'))).toThrow(/ELOOP/)
  expect(readFileSync(victim, 'utf8')).toBe('precious')
})

test('nor is a hard link written to', () => {
  linkSync(victim, join(shared, 'hard'))
  expect(() => opened(join(shared, 'hard'))).toThrow('belongs to somebody else')
  expect(readFileSync(victim, 'utf8')).toBe('precious')
})

test.skipIf(!isRoot)('nor a file of somebody else, who would read what comes', () => {
  writeFileSync(join(shared, 'theirs'), 'theirs')
  chownSync(join(shared, 'theirs'), 65_534, 65_534)
  expect(() => opened(join(shared, 'theirs'))).toThrow('belongs to somebody else')
})

test.skipIf(!isRoot)('root follows no link in the directory of another user, whose own files it writes to', () => {
  chmodSync(shared, 0o755)
  chownSync(shared, 1000, 1000)
  symlinkSync(victim, join(shared, 'link'))
  expect(() => opened(join(shared, 'link'))).toThrow(/ELOOP/)
  writeFileSync(join(shared, 'theirs'), 'theirs')
  chownSync(join(shared, 'theirs'), 1000, 1000)
  opened(join(shared, 'theirs'))
  expect(readFileSync(join(shared, 'theirs'), 'utf8')).toBe('')
})

test('devices are written to as they are', () => {
  opened('/dev/null')
  expect(() => openPrivate('/dev/null', { isNew: true })).toThrow(/EEXIST/)
})
