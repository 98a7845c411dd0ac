// SPDX-License-Identifier: MIT
// A slice of what `npm run trust` gives to each reader. A failure names the seed; it is the same damage on each machine.
import { expect, test } from 'vitest'
import { fuzz } from './fuzz.ts'
import { INPUTS } from './inputs.ts'

const SEED = 20_261_129
const RUNS = 150

test.each(Object.entries(INPUTS))('%s: what is whole is taken', async (_, { examples, take }) => {
  for (const [index, example] of examples().entries())
    expect(await Promise.resolve(take(example, index)).catch(String)).toBeUndefined()
})

test.each(Object.entries(INPUTS))('%s: what is damaged is answered or refused', async (_, input) => {
  let tried = 0
  await fuzz(input, RUNS, SEED, () => (tried += 1))
  expect(tried).toBe(RUNS)
})
