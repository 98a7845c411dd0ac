// SPDX-License-Identifier: MIT

/** Whose doing a reset was. */
export const WHO = [
  'local-app',
  'local-kernel',
  'local-admin',
  'local-firewall',
  'peer',
  'peer-app',
  'peer-kernel',
  'middlebox',
  'unknown',
] as const
export type Who = (typeof WHO)[number]

/** This host sent the RST, or one came in and ended something here, or one came in to no effect. */
export const OUTCOMES = ['sent', 'received', 'ignored'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** What is said of a cause, whatever the case. Each has a file in causes/, beside its rules. */
export type Cause = {
  /** Stable: output, recordings, options and scripts use it. It is also the name of the cause's file in causes/. */
  id: string
  who: Who
  /** What became of the RST; null for `unknown`, where only the case tells. */
  outcome: Outcome | null
  /** One phrase for the table of causes, without a full stop. Markdown. */
  brief: string
  /** One or two sentences: what happened. */
  means: string
  /** What makes it in practice. */
  usually: string
  /** What to look at next, most useful first. */
  next: readonly string[]
  /** The kernel's own reasons for sending that agree (enum sk_rst_reason, Linux 6.12 and later); absent: any does. */
  rstReasons?: readonly string[]
  /** The kernel's own reasons for dropping that agree (enum skb_drop_reason, Linux 6.1 and later); absent: any does. */
  dropReasons?: readonly string[]
  /** True where the cause is that there was no socket, so that the verdict's state is NONE and not unknown. */
  withoutSocket?: true
}
