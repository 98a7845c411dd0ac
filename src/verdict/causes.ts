// SPDX-License-Identifier: MIT
import type { Cause, Explained, Outcome } from './cause.ts'
import { IGNORED } from './ignoredCauses.ts'
import { RECEIVED } from './receivedCauses.ts'
import { SENT } from './sentCauses.ts'

const withOutcome = <K extends string>(outcome: Outcome, causes: Record<K, Explained>) =>
  Object.fromEntries(Object.entries<Explained>(causes).map(([name, cause]) => [name, { ...cause, outcome }])) as Record<
    K,
    Cause
  >

/** Every cause that a rule can give. Whether a RST of an unknown cause was sent or came in, the case tells. */
export const CAUSES = {
  ...withOutcome('sent', SENT),
  ...withOutcome('received', RECEIVED),
  ...withOutcome('ignored', IGNORED),
  unknown: {
    who: 'unknown',
    outcome: 'received',
    means: 'The evidence does not name a cause; the verdict says what was missing or what no rule explains.',
    usually:
      'Events were lost, a probe could not attach, the connection is older than the trace, or the cause has no rule yet.',
    next: [
      'trace-reset doctor, for what is missing here',
      'trace again with --record FILE and keep the file: it replays anywhere',
    ],
  },
} satisfies Record<string, Cause>

export type CauseId = keyof typeof CAUSES

export const isCause = (name: string): name is CauseId => Object.hasOwn(CAUSES, name)
