// SPDX-License-Identifier: MIT
import type { Writable } from 'node:stream'

/** Does one long piece of work and tells of it. */
export type Step = <T>(what: string, work: () => Promise<T>) => Promise<T>

const TICK_MS = 1000

/**
 * Makes the teller of a longer job: a line when a step starts, and its seconds when it is done.
 * On a terminal the line counts along meanwhile, so that nothing looks stuck.
 */
export const tellSteps = (prefix: string, output: Writable = process.stderr): Step => {
  const isTty = output === process.stderr && process.stderr.isTTY
  return async (what, work) => {
    const startedAt = performance.now()
    const line = () => `${prefix}: ${what} ... ${Math.round((performance.now() - startedAt) / 1000)} s`
    if (!isTty) output.write(`${prefix}: ${what} ...\n`)
    const ticking = setInterval(() => isTty && output.write(`\r${line()}`), TICK_MS)
    try {
      const result = await work()
      output.write(`${isTty ? '\r' : ''}${line()}\n`)
      return result
    } catch (error) {
      output.write(`${isTty ? '\r' : ''}${line()}, failed\n`)
      throw error
    } finally {
      clearInterval(ticking)
    }
  }
}
