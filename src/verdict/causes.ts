// SPDX-License-Identifier: MIT
import type { Cause, Outcome } from './cause.ts'
import { IGNORED } from './ignoredCauses.ts'
import { RECEIVED } from './receivedCauses.ts'
import { SENT } from './sentCauses.ts'

/** Every cause that a rule can give. */
export const CAUSES = {
  ...SENT,
  ...RECEIVED,
  ...IGNORED,
  unknown: {
    who: 'unknown',
    means: 'The evidence does not name a cause; the verdict says what was missing or what no rule explains.',
    usually:
      'Events were lost, a probe could not attach, the connection is older than the trace, or the cause has no rule yet.',
    next: [
      'trace-reset doctor, for what is missing here',
      'trace again with --record FILE and keep the file: it replays anywhere',
    ],
  },
} as const satisfies Record<string, Cause>

export type CauseId = keyof typeof CAUSES

export const isCause = (name: string): name is CauseId => Object.hasOwn(CAUSES, name)

/** What became of the RST of a cause; undefined for `unknown`, where only the case tells. */
export const outcomeOf = (cause: CauseId): Outcome | undefined => {
  if (cause in SENT) return 'sent'
  if (cause in RECEIVED) return 'received'
  return cause in IGNORED ? 'ignored' : undefined
}
