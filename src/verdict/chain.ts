// SPDX-License-Identifier: MIT
// A proxy passes on what befalls it: refused by the server behind it, it resets its client. Each of the two verdicts is right
// for itself, and the second is the one that is looked for. What ties them is the process, and the time.
import type { Case } from '../flow/case.ts'
import { createMemory } from '../flow/memory.ts'
import { endpoint } from '../flow/tuple.ts'
import { nanosecondsBetween, spanText } from '../time.ts'
import type { Verdict } from './verdict.ts'

/** How long after what befell it a process may pass it on, in nanoseconds: it may try once more, or log first. */
const CHAIN_NS = 5_000_000_000

/** A case and the verdict on it. */
type Judged = { reset: Pick<Case, 'role'>; verdict: Verdict }

/**
 * Adds to the verdict on the reset of a connection that a process had accepted, in order of time, that a connection of the same
 * process to another server was refused or reset shortly before. A hint, and never a cause: the two may have nothing to do
 * with each other.
 */
export const createChain = (): ((judged: Judged) => Verdict) => {
  const befallen = createMemory<Verdict>()
  return ({ reset: { role }, verdict }) => {
    const { outcome, owner } = verdict
    if (owner === null) return verdict
    const key = String(owner.pid)
    if (outcome === 'received' && role === 'client') befallen.set(key, verdict)
    const before = befallen.get(key)
    const isOwn = outcome === 'sent' && owner.how === 'closer' && role === 'server'
    return isOwn && before !== undefined ? withHint(verdict, before) : verdict
  }
}

const withHint = (verdict: Verdict, { cause, tuple, owner, at }: Verdict): Verdict => {
  const span = nanosecondsBetween(verdict.at, at)
  if (span < 0 || span > CHAIN_NS) return verdict
  const by = `${cause === 'connection-refused' ? 'refused' : 'reset'} by ${endpoint(tuple.saddr, tuple.sport)}`
  const hint = `hint: the same process, ${owner?.comm}[${owner?.pid}], was ${by} ${spanText(span)} before (${cause}): it may pass that on`
  return { ...verdict, because: [...verdict.because, hint] }
}
