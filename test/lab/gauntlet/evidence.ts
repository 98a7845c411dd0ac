// SPDX-License-Identifier: MIT
import { z } from 'zod'

const Tuple = z.object({
  family: z.int(),
  saddr: z.string(),
  sport: z.int(),
  daddr: z.string(),
  dport: z.int(),
  netns: z.int(),
})

/** What of a recorded line says which kernel functions told of a reset, or of a RST that was dropped. */
const Line = z.looseObject({
  kind: z.string(),
  fn: z.string().optional(),
  tuple: Tuple.optional(),
  segment: z.looseObject({ flags: z.int() }).nullable().optional(),
  stack: z.array(z.string()).optional(),
  location: z.string().nullable().optional(),
})
type Line = z.infer<typeof Line>

const RST = 4

/**
 * Reads a recording, and gives the kernel functions that a verdict of it rests on, by the lines of its connection: the
 * function of the reset and its caller; or, of a RST that was not obeyed, the function that dropped it. None where no event
 * tells.
 */
export const readEvidence = (recording: readonly string[]): ((verdict: unknown) => string[]) => {
  const lines = new Map<string, Line[]>()
  for (const line of recording.map((text) => Line.parse(JSON.parse(text)))) {
    if (line.tuple === undefined) continue
    const key = keyOf(line.tuple)
    lines.set(key, [...(lines.get(key) ?? []), line])
  }
  return (verdict) => {
    const mine = lines.get(keyOf(verdict)) ?? []
    const resets = mine.filter(({ kind }) => kind === 'reset').flatMap(functionsOf)
    return [...new Set(resets.length > 0 ? resets : mine.flatMap(dropOf))]
  }
}

const keyOf = (named: unknown) => JSON.stringify(Tuple.parse(named))

// All segments come by a `_rcv`, so that as a caller it says nothing. Without the function itself at its top, a stack is that
// of another one inside it, and the names of a module's functions are not always right.
const functionsOf = ({ fn, stack = [] }: Line): string[] => {
  const [top, caller] = stack
  const tells = top === fn && caller !== undefined && !caller.endsWith('_rcv')
  return [...(fn === undefined ? [] : [fn]), ...(tells ? [caller.replace(/\..*/, '')] : [])]
}

const dropOf = ({ fn, segment, location }: Line): string[] =>
  fn === 'kfree_skb' && ((segment?.flags ?? 0) & RST) !== 0 && typeof location === 'string' ? [location] : []
