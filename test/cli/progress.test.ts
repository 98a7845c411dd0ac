// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { createProgress } from '../../src/cli/progress.ts'

const shown = (reads: readonly [ms: number, bytes: number][]) => {
  const texts: string[] = []
  let now = 500
  const progress = createProgress(
    1000,
    () => now,
    (text) => texts.push(text),
  )
  for (const [ms, bytes] of reads) {
    now = 500 + ms
    progress.at(bytes)
  }
  progress.end()
  return texts
}

test.each<[string, [number, number][], string[]]>([
  [
    'a short job says nothing',
    [
      [0, 10],
      [1999, 900],
    ],
    [],
  ],
  [
    'a long one says where it is, after two seconds',
    [
      [1999, 100],
      [2000, 399],
    ],
    ['judging 39 %', ''],
  ],
  [
    'once for each percent',
    [
      [2000, 100],
      [2001, 109],
      [2002, 110],
    ],
    ['judging 10 %', 'judging 11 %', ''],
  ],
  ['no more than all, of a file that grows', [[3000, 1500]], ['judging 100 %', '']],
])('%s, and clears its line', (_, reads, texts) => {
  expect(shown(reads)).toEqual(texts)
})

test('what is read after its end says nothing', () => {
  const texts: string[] = []
  let now = 0
  const progress = createProgress(
    1000,
    () => now,
    (text) => texts.push(text),
  )
  progress.end()
  now = 3000
  progress.at(900)
  expect(texts).toEqual([])
})
