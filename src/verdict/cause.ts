// SPDX-License-Identifier: MIT

export type Who =
  | 'local-app'
  | 'local-kernel'
  | 'local-admin'
  | 'local-firewall'
  | 'peer'
  | 'peer-app'
  | 'peer-kernel'
  | 'middlebox'
  | 'unknown'

/** This host sent the RST, or one came in and ended something here, or one came in to no effect. */
export type Outcome = 'sent' | 'received' | 'ignored'

/** What a verdict's cause means and what to do next. The names are stable: output, recordings and scripts use them. */
export type Cause = { who: Who; means: string; usually: string; next: readonly string[] }
