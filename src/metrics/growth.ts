// SPDX-License-Identifier: MIT
import type { Kind } from '../observation.ts'

/**
 * By how much one of the kernel's counters has grown since the last reading, over all network namespaces. The first reading of
 * each namespace is where its counting begins. A lower value is that of a new namespace, since the kernel gives their inodes
 * again.
 */
export const createGrowth = (name: string) => {
  const last = new Map<number, number>()
  return (readings: readonly Kind<'counters'>[]): number => {
    let grown = 0
    for (const { netns, values } of readings) {
      const now = values[name]
      if (now === undefined) continue
      const before = last.get(netns) ?? now
      grown += now >= before ? now - before : now
      last.set(netns, now)
    }
    // Namespaces that have gone are forgotten.
    const there = new Set(readings.map(({ netns }) => netns))
    for (const netns of last.keys()) if (!there.has(netns)) last.delete(netns)
    return grown
  }
}
