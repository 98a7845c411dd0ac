// SPDX-License-Identifier: MIT

/**
 * Bytes that wait for those behind them. What is long and comes in small pieces is put together when there is enough of it, and not with
 * each piece: that would take the square of its length.
 */
export const createRest = () => {
  let parts: Buffer[] = []
  let held = 0
  let needed = 1
  return {
    /** All that waits, and a chunk behind it; undefined while it is less than what is needed. */
    with: (chunk: Buffer): Buffer | undefined => {
      parts.push(chunk)
      held += chunk.length
      if (held < needed) return undefined
      return parts.length === 1 ? chunk : Buffer.concat(parts, held)
    },
    /** What was not taken waits, until there are so many bytes. */
    wait: (bytes: Buffer, until: number) => {
      parts = [bytes]
      held = bytes.length
      needed = until
    },
  }
}
