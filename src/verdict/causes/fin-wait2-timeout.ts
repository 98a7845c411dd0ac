// SPDX-License-Identifier: MIT
import { calledBy, stackText } from '../caller.ts'
import type { Cause } from '../cause.ts'
import { isOrphan } from '../closer.ts'
import { certain, type Rule } from '../rule.ts'

const cause = {
  id: 'fin-wait2-timeout',
  who: 'local-kernel',
  outcome: 'sent',
  brief: "a connection closed here waited too long for the peer's FIN",
  means: 'A connection closed here waited too long for the FIN of the peer, and the kernel reset it.',
  usually: 'The peer keeps its side open, or is gone; net.ipv4.tcp_fin_timeout was lowered while it waited.',
  next: [
    'why does the peer not close? its log and ss -tn state close-wait there',
    'sysctl net.ipv4.tcp_fin_timeout, and what sets it',
  ],
  rstReasons: ['TCP_STATE'],
} as const satisfies Cause

/** tcp_keepalive_timer calls tcp_send_active_reset for FIN_WAIT2 with SOCK_DEAD (net/ipv4/tcp_timer.c). */
export const finWait2Timeout = {
  cause,
  explain: (reset) =>
    calledBy(reset) === 'keepalive' && isOrphan(reset) && reset.stateBefore === 'FIN_WAIT2'
      ? certain(
          'the peer sent no FIN in time after ours',
          `tcp_send_active_reset ran in the keepalive timer (${stackText(reset)}), for an orphaned socket in FIN_WAIT2`,
          'the peer sent no FIN within net.ipv4.tcp_fin_timeout, as it was when the timer was set',
        )
      : undefined,
} satisfies Rule
