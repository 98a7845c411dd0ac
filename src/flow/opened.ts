// SPDX-License-Identifier: MIT
// A case as it is opened: what is known of a reset from the events before it.
import type { Kind, Task } from '../observation.ts'
import type { Time } from '../time.ts'
import { isIncoming } from './arrival.ts'
import type { Case } from './case.ts'
import type { Flow } from './flows.ts'
import { closerOf, ownerOf } from './owner.ts'
import type { Past } from './past.ts'
import type { Translation } from './translations.ts'
import { isStale, isTrapOf } from './trap.ts'

/** What the memory of a trace has for a reset. */
export type Known = {
  flow: Flow
  owner: Task | null
  after: Kind<'lookup'> | null
  nat: readonly Translation[]
  past: Past
  traced: Time | null
  gaps: string[]
  lossBefore: boolean
}

/** The case of a reset. The trap of its flow is forgotten once a reset has taken it, or it is too old for any. */
export const openCase = (
  reset: Kind<'reset'>,
  { flow, owner, after, nat, past, traced, gaps, lossBefore }: Known,
): Case => {
  const closer = closerOf(reset)
  return {
    outcome: isIncoming(reset) ? 'received' : 'sent',
    reset,
    dev: reset.segment?.dev ?? flow.dev,
    flowDev: flow.ownDev,
    stateBefore: stateBefore(reset, flow.closed),
    owner: ownerOf(closer, owner),
    closer,
    role: reset.socket?.state === 'SYN_SENT' ? 'client' : flow.role,
    withoutRst: takeTrap(flow, reset),
    replied: null,
    drop: null,
    unsent: null,
    others: [],
    rejectUnseen: false,
    after,
    late: null,
    before: flow.first,
    nat,
    past,
    traced,
    gaps,
    lossBefore,
  }
}

/**
 * The state until the reset, by the reset's socket. close() and disconnect set CLOSE before they reset: then it is the state
 * that the change to CLOSE came from.
 */
export const stateBefore = ({ socket }: Kind<'reset'>, closed: Kind<'state'> | null): string | null => {
  if (socket === null) return null
  if (socket.state !== 'CLOSE') return socket.state
  return closed?.sk === socket.sk ? closed.from : null
}

const takeTrap = (flow: Flow, reset: Kind<'reset'>) => {
  const { trap } = flow
  if (trap === null) return null
  const isOurs = isTrapOf(trap, reset)
  if (isOurs || isStale(trap, reset.at)) flow.trap = null
  return isOurs ? trap : null
}
