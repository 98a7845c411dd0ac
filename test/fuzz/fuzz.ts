// SPDX-License-Identifier: MIT
import * as fc from 'fast-check'
import { damage, damaged } from './damage.ts'
import type { Input } from './inputs.ts'

/**
 * Gives damaged examples to the taker of an input, `runs` of them. Throws with the smallest damage that it found, and the seed that
 * makes it again, where the taker throws. `tried` is told after each.
 */
export const fuzz = async (
  { examples, take }: Input,
  runs: number,
  seed: number,
  tried?: () => void,
): Promise<void> => {
  const whole = examples()
  const hostile = fc.tuple(fc.nat({ max: whole.length - 1 }), damage, fc.nat({ max: 2 }))
  await fc.assert(
    fc.asyncProperty(hostile, async ([number, edits, index]) => {
      await take(damaged(whole[number] ?? Buffer.alloc(0), edits), index)
      tried?.()
    }),
    { numRuns: runs, seed },
  )
}
