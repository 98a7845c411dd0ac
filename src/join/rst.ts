// SPDX-License-Identifier: MIT
import type { Rst } from '../flow/rst.ts'
import type { Account } from './account.ts'

/** The header of an account's RST: as it came, else as it follows from what its sender had; null where neither is known. */
export const rstOfAccount = ({ sent, came }: Pick<Account, 'sent' | 'came'>): Rst | null =>
  came?.rst ?? sent?.rst ?? null
