// SPDX-License-Identifier: MIT
import type { Cause } from './cause.ts'
import { CAUSE_LIST, type CauseId } from './table.ts'

export type { CauseId }

const byId: Readonly<Record<string, Cause>> = Object.fromEntries(CAUSE_LIST.map((cause) => [cause.id, cause]))

// CauseId is made of the ids of CAUSE_LIST, which TypeScript cannot follow through Object.fromEntries.
const holdsEveryCause = (causes: Readonly<Record<string, Cause>>): causes is Record<CauseId, Cause> =>
  CAUSE_LIST.every(({ id }) => id in causes)

if (!holdsEveryCause(byId)) throw new Error('a cause of the table has no entry')

/** Every cause by its id, in the order of the table. */
export const CAUSES: Readonly<Record<CauseId, Cause>> = byId

/** Whether there is a cause of that name. */
export const isCause = (name: string): name is CauseId => Object.hasOwn(CAUSES, name)
