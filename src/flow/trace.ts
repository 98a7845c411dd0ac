// SPDX-License-Identifier: MIT
import type { Time } from '../time.ts'
import type { Source } from './asked.ts'
import { createFlows, type Flows } from './flows.ts'
import { createLookups, type Lookups } from './lookups.ts'
import { createLosses, type Losses } from './losses.ts'
import { createPending, type Pending, type PendingCases } from './pending.ts'
import { SEES_NOTHING, type Sees } from './sees.ts'
import { createTranslations, type Translations } from './translations.ts'

/** All that is remembered of one trace while its cases are made. */
export type Trace = {
  /** By its first line: who looks into the TCP hash, what its probes see, and since when. */
  source: Source
  sees: Sees
  since: Time | null
  flows: Flows
  pending: PendingCases
  lookups: Lookups<Pending>
  losses: Losses
  translations: Translations
}

/** A trace of which nothing is known yet. */
export const createTrace = (): Trace => ({
  source: 'off',
  sees: SEES_NOTHING,
  since: null,
  flows: createFlows(),
  pending: createPending(),
  lookups: createLookups(),
  losses: createLosses(),
  translations: createTranslations(),
})
