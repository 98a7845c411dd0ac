// SPDX-License-Identifier: MIT
import type { Ehash } from './ehash.ts'
import { openModule } from './module.ts'
import { openSs } from './ss.ts'
import { environmentError } from '../errors.ts'
import { MODULE_DEVICE, type Facts } from '../host/facts.ts'

/** Who is to look into the TCP hash: the best there is, somebody in particular, or nobody. */
export type EhashChoice = 'best' | 'module' | 'ss' | 'off'

/** Opens the source of look-ups that was chosen, or the best there is. Throws an environment error when it is not there. */
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
