// SPDX-License-Identifier: MIT
import { PassThrough } from 'node:stream'
import split2 from 'split2'
import { expect, test } from 'vitest'
import { inSlices } from '../../src/live/slices.ts'

/** A pipe with so many numbered lines, and the longest run of lines without a turn of the event loop between them. */
const longestRun = async (count: number, chunk: number) => {
  const pipe = new PassThrough()
  const given: string[] = []
  let run = 0
  let longest = 0
  const done = inSlices(pipe.pipe(split2()), (line) => {
    given.push(line)
    if (run === 0) setImmediate(() => (run = 0))
    run += 1
    longest = Math.max(longest, run)
  })
  const text = Array.from({ length: count }, (_, n) => `${n}\n`).join('')
  for (let at = 0; at < text.length; at += chunk) pipe.write(text.slice(at, at + chunk))
  pipe.end()
  await done
  return { given, longest }
}

test.each([
  [0, 100],
  [1, 100],
  [31, 1e6],
  [32, 1e6],
  [33, 1e6],
  [10_000, 1e6],
  [10_000, 7],
])('%i lines in chunks of %i bytes: all, in their order', async (count, chunk) => {
  const { given } = await longestRun(count, chunk)
  expect(given).toEqual(Array.from({ length: count }, (_, n) => String(n)))
})

test('the event loop turns between slices, however long a chunk is', async () => {
  const { longest } = await longestRun(10_000, 1e6)
  expect(longest).toBeLessThanOrEqual(64)
})

test('a stream that fails', async () => {
  const pipe = new PassThrough()
  const done = inSlices(pipe, () => undefined)
  pipe.destroy(new Error('broken'))
  await expect(done).rejects.toThrow('broken')
})
