// SPDX-License-Identifier: MIT
import type { Readable } from 'node:stream'

/** Lines in a row: some milliseconds of judging. */
const SLICE = 32

/**
 * Gives the lines of a stream as they come, and lets the rest of the process run between slices of them: in a flood a chunk of
 * a pipe has hundreds of lines. Nothing is read ahead, so that what is not taken yet waits in the pipe, and then in the
 * kernel's buffer, which is bounded and counts what finds no place. Resolves after the last line.
 */
export const inSlices = (lines: Readable, give: (line: string) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    let isTaking = false
    const take = () => {
      for (let count = 0; count < SLICE; count += 1) {
        const line: unknown = lines.read()
        if (typeof line !== 'string') {
          isTaking = false
          return
        }
        give(line)
      }
      setImmediate(take)
    }
    lines.on('readable', () => {
      if (isTaking) return
      isTaking = true
      take()
    })
    lines.once('end', resolve)
    lines.once('error', reject)
  })
