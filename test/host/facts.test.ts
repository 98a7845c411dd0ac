// SPDX-License-Identifier: MIT
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { copiesIn, namesState, tracefsState } from '../../src/host/facts.ts'

const directory = mkdtempSync(join(tmpdir(), 'trace-reset-facts-'))
afterAll(() => rmSync(directory, { recursive: true }))

// Where nothing is mounted the kernel still has the directory, and it is empty.
const empty = join(directory, 'empty')
const mounted = join(directory, 'mounted')
mkdirSync(empty)
mkdirSync(join(mounted, 'events'), { recursive: true })
const none = join(directory, 'none')
const file = join(directory, 'file')
writeFileSync(file, '')

test.each<[string, string[], string]>([
  ['in its own place', [mounted, none], 'ready'],
  ['in that of debugfs', [empty, mounted], 'ready'],
  ['in both', [mounted, mounted], 'ready'],
  ['nowhere', [empty, empty], 'absent'],
  ['nowhere, on a kernel that has no place for it', [none, none], 'absent'],
  ['nowhere, and a file is in its place', [file, none], 'absent'],
])('tracefs is %s', (_, places, expected) => {
  expect(tracefsState(places)).toBe(expected)
})

// A name that is too long is as good as a directory that may not be searched, and holds for root as well.
test('what cannot be looked into is there, but not for us', () => {
  const closed = join(directory, 'x'.repeat(300))
  expect(tracefsState([closed, empty])).toBe('denied')
  expect(tracefsState([closed, mounted])).toBe('ready')
})

// As x86 and arm64 have them: symbols of each CPU come first, the first of them at 0.
test.each([
  ['readable', '0000000000000000 A fixed_percpu_data\n0000000000001000 A cpu_debug_store\n', 'ready'],
  ['readable', 'ffffffff81000000 T _stext\nffffffff81000000 T _text\n', 'ready'],
  ['hidden', '0000000000000000 A fixed_percpu_data\n0000000000000000 T _text\n', 'hidden'],
  ['empty', '', 'hidden'],
])('names of kernel functions are %s', (_, text, expected) => {
  writeFileSync(join(directory, 'kallsyms'), text)
  expect(namesState(join(directory, 'kallsyms'))).toBe(expected)
})

test('there are no names', () => {
  expect(namesState(none)).toBe('absent')
})

test("the compiler's copies of functions, by their names, or whichever there are", () => {
  const attachable = 'a\nf.constprop.0\nf.cold\ng.isra.1\ngg.isra.0\nh.constprop.2 [module]\n'
  expect(copiesIn(attachable, ['f.constprop.0', 'x.isra.0'], [])).toEqual(['f.constprop.0'])
  expect(copiesIn(attachable, [], ['f', 'g', 'x', 'h'])).toEqual(['f.constprop.0', 'g.isra.1'])
})
