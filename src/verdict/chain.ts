// SPDX-License-Identifier: MIT
// A proxy passes on what befalls it: refused by the server behind it, it resets its client. Each of the two verdicts is right
// for itself, and the second is the one that is looked for. What ties them is the process, and the time.
import { createMemory } from '../flow/memory.ts'
import { endpoint } from '../flow/tuple.ts'
import { nanosecondsBetween, spanText } from '../time.ts'
import type { Verdict } from './verdict.ts'

/** How long after what befell it a process may pass it on, in nanoseconds: it may try once more, or log first. */
const CHAIN_NS = 5_000_000_000

/**
 * Adds to the verdict on a reset by a process, in order of time, that the same process was refused or reset by another peer
 * shortly before. A hint, and never a cause: the two may have nothing to do with each other.
 */
export const createChain = (): ((verdict: Verdict) => Verdict) => {
  const befallen = createMemory<Verdict>()
  return (verdict) => {
    const { outcome, owner, tuple, at } = verdict
    if (owner === null) return verdict
    const key = String(owner.pid)
    if (outcome === 'received') befallen.set(key, verdict)
    const before = befallen.get(key)
    if (outcome !== 'sent' || owner.how !== 'closer' || before === undefined) return verdict
    const span = nanosecondsBetween(at, before.at)
    if (span < 0 || span > CHAIN_NS || isSamePeer(before.tuple, tuple)) return verdict
    const by = `${before.cause === 'connection-refused' ? 'refused' : 'reset'} by ${endpoint(before.tuple.saddr, before.tuple.sport)}`
    return {
      ...verdict,
      because: [
        ...verdict.because,
        `hint: the same process, ${owner.comm}[${owner.pid}], was ${by} ${spanText(span)} before (${before.cause}): it may pass that on`,
      ],
    }
  }
}

const isSamePeer = (one: Verdict['tuple'], other: Verdict['tuple']) =>
  one.saddr === other.saddr && one.sport === other.sport && one.netns === other.netns
