// SPDX-License-Identifier: MIT
import type { Ehash } from './ehash.ts'
import { openModule } from './module.ts'
import { openSs } from './ss.ts'
import { environmentError } from '../errors.ts'
import { MODULE_DEVICE, type Facts } from '../host/facts.ts'

/** The source of look-ups: the best available, a certain one, or none. */
export type EhashChoice = 'best' | 'module' | 'ss' | 'off'

/** Opens the source of look-ups that was chosen. Throws an environment error when it is not available. */
export const openEhash = (choice: EhashChoice, facts: Facts): Ehash | undefined => {
  switch (choice) {
    case 'module':
      return openModule(MODULE_DEVICE)
    case 'ss':
      if (!facts.ss) throw environmentError('ss is not installed', 'install iproute2, or use --ehash off')
      return openSs()
    case 'best':
      if (facts.module === 'ready') return openModule(MODULE_DEVICE)
      return facts.ss ? openSs() : undefined
    case 'off':
      return undefined
  }
}
