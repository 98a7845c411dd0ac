// SPDX-License-Identifier: MIT
// What became of one RST, by all ends that told of it.
import type { Confidence } from '../verdict/rule.ts'
import type { CauseId } from '../verdict/causes.ts'
import { mirrored, type Half } from './half.ts'
import type { Host } from './host.ts'
import { inferenceOf, truthOf, type Inference } from './inference.ts'
import type { Match, MatchedBy } from './pair.ts'

/**
 * `arrived`: one host sent it and another got it. `lost`: it was sent, and the host that it was for never saw it. `dropped`: it did not
 * leave its host. `unsent`: it came, and the host that it names did not send it. `sent`, `received`: of the other end there is no
 * recording, or none of that moment.
 */
export const FATES = ['arrived', 'lost', 'dropped', 'unsent', 'sent', 'received'] as const
export type Fate = (typeof FATES)[number]

/** One RST. */
export type Account = {
  fate: Fate
  cause: CauseId
  confidence: Confidence
  sent: Half | null
  came: Half | null
  /** The host that should have sent it, or got it, and did not; by its number. */
  silent: number | null
  by: MatchedBy | null
  /** Nanoseconds on its way by the offset of the clocks; null where one end is not known. */
  travel: number | null
  /** Null where it is not known what is so, or where nobody got it. */
  inference: Inference | null
}

/** Of a RST with both its ends. */
export const arrived = ({ sent, came, by, travel }: Match, hosts: readonly Host[]): Account => {
  return {
    fate: 'arrived',
    cause: sent.cause,
    sent,
    came,
    silent: null,
    by,
    travel,
    confidence: by === 'numbers' ? atMostLikely(sent.confidence) : sent.confidence,
    inference: inferenceOf(truthOf(sent, hosts[sent.host]?.has(sent.tuple.daddr) === true), came),
  }
}

const atMostLikely = (confidence: Confidence): Confidence => (confidence === 'certain' ? 'likely' : confidence)

/** When it was by another host's clock, and whether that can be said. */
export type ClockOf = (half: Half, host: number) => bigint | undefined

/** Of a RST that was sent, and came nowhere that is known. */
export const alone = (sent: Half, hosts: readonly Host[], clockOf: ClockOf): Account => {
  const told = { cause: sent.cause, confidence: sent.confidence, sent, came: null, by: null, travel: null }
  if (sent.unsent) return { ...told, fate: 'dropped', silent: null, inference: null }
  const there = mirrored(sent.tuple)
  const receiver = watcher(there, sent, hosts, clockOf, ({ arrivals }) => arrivals)
  return { ...told, fate: receiver === undefined ? 'sent' : 'lost', silent: receiver ?? null, inference: null }
}

/** Of a RST that came from nobody who is known to have sent it. */
export const unclaimed = (came: Half, hosts: readonly Host[], clockOf: ClockOf): Account => {
  const told = { sent: null, came, by: null, travel: null }
  const there = mirrored(came.tuple)
  const named = watcher(there, came, hosts, clockOf, ({ sends }) => sends)
  if (named === undefined)
    return { ...told, fate: 'received', cause: came.cause, confidence: came.confidence, silent: null, inference: null }
  const unsent = { ...told, fate: 'unsent', silent: named } as const
  // A host that has the address, but nothing of the connection, may stand before the one that does, or after it: whose address it was
  // is answered for by a kernel without the connection, as after a failover.
  const isKnown = hosts[named]?.knows(there) === true
  if (!isKnown && KERNELS.includes(came.cause))
    return { ...unsent, cause: came.cause, confidence: atMostLikely(came.confidence), inference: null }
  return {
    ...unsent,
    cause: BOXES.includes(came.cause) ? came.cause : 'forged',
    confidence: isKnown ? 'certain' : 'likely',
    inference: inferenceOf(truthOf(null, false), came),
  }
}

/** Causes of a RST that already say that neither end sent it. */
const BOXES: readonly CauseId[] = ['forged', 'idle-expiry', 'local-injection']

/** Causes of a RST by a kernel that does not have the connection. */
const KERNELS: readonly CauseId[] = ['peer-has-no-socket', 'connection-refused']

/** The host that has the address of the other end and would have told of the RST; a host that knows the connection goes first. */
const watcher = (
  there: Half['tuple'],
  half: Half,
  hosts: readonly Host[],
  clockOf: ClockOf,
  sees: (complete: Host['complete']) => boolean,
): number | undefined => {
  const watching = hosts.flatMap((host, number) => {
    const wall = clockOf(half, number)
    const isIt = wall !== undefined && host.has(there.daddr) && sees(host.complete) && host.watched(there, wall)
    return isIt ? [number] : []
  })
  return watching.find((number) => hosts[number]?.knows(there) === true) ?? watching[0]
}
