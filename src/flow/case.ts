// SPDX-License-Identifier: MIT
import type { Kind, Task } from '../observation.ts'
import type { Time } from '../time.ts'

/** Everything that was observed about one reset: what the rules judge. */
export type Case = {
  outcome: 'sent' | 'received'
  reset: Kind<'reset'>
  /** The interface that its segments come in by, where one was seen. */
  dev: string | null
  /** The state until the reset, or null where no socket had one. */
  stateBefore: string | null
  /** Who owns the socket and how that is known; null when nothing told. */
  owner: { how: 'closer' | 'socket'; pid: number; comm: string; cgroup: string | null } | null
  closer: Task | null
  /** tcp_reset for the same segment though it had no RST: data came after close. */
  withoutRst: Kind<'reset'> | null
  /** When the RST was handed to IP; null where that is not seen for this kind of reset. */
  replied: Time | null
  /** What the TCP hash held right after the reset, and what it held when the flow was first seen. */
  after: Kind<'lookup'> | null
  before: Kind<'lookup'> | null
  /** What makes the evidence incomplete, in words. */
  gaps: string[]
}

/** Whether the kernel answers a segment, by tcp_v4_send_reset or its twin for IPv6. */
export const isAnswer = ({ fn }: Kind<'reset'>): boolean => fn === 'tcp_v4_send_reset' || fn === 'tcp_v6_send_reset'
