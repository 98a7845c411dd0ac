// SPDX-License-Identifier: MIT
import { calledBy, stackText } from '../caller.ts'
import type { Cause } from '../cause.ts'
import { isOrphan } from '../closer.ts'
import { certain, type Rule } from '../rule.ts'
import { unreadBytes } from '../unread.ts'

const cause = {
  id: 'out-of-memory',
  who: 'local-kernel',
  outcome: 'sent',
  brief: 'too many orphaned sockets, or no memory left for TCP',
  means:
    'The kernel had too many orphaned sockets or no memory left for TCP, and reset a connection that a process had closed.',
  usually:
    'Many connections closed at once while their peers are slow or gone; net.ipv4.tcp_max_orphans or tcp_mem too low.',
  next: [
    'dmesg | grep -E "too many orphaned sockets|out of memory"; ss -s; cat /proc/net/sockstat',
    'sysctl net.ipv4.tcp_max_orphans net.ipv4.tcp_mem',
  ],
  rstReasons: ['TCP_ABORT_ON_MEMORY'],
} as const satisfies Cause

const WHY = 'too many orphans, or TCP out of memory'

/**
 * tcp_out_of_resources calls tcp_send_active_reset in the retransmission timer, for orphans alone
 * (net/ipv4/tcp_timer.c); __tcp_close calls it for an orphan when tcp_check_oom says so (net/ipv4/tcp.c).
 */
export const outOfMemory = {
  cause,
  explain: (reset) => {
    const caller = calledBy(reset)
    if (caller === 'retransmission') {
      return certain(
        WHY,
        `tcp_send_active_reset ran in the retransmission timer (${stackText(reset)}): it resets orphaned sockets alone, when there are too many of them or TCP's memory is used up`,
      )
    }
    // __tcp_close has orphaned the socket; from there on it resets for TCP_LINGER2 in FIN_WAIT2, and for this.
    const { socket } = reset.reset
    const linger2 = reset.stateBefore === 'FIN_WAIT2' && !((socket?.linger2 ?? -1) >= 0)
    if (caller !== 'close' || !isOrphan(reset) || reset.stateBefore === null || linger2) return undefined
    if (socket?.copied_seq === undefined || unreadBytes(reset) > 0) return undefined
    return certain(
      WHY,
      `tcp_send_active_reset ran in close(), after the socket in ${reset.stateBefore} was made an orphan (${stackText(reset)}): there were too many orphans, or TCP's memory was used up`,
    )
  },
} satisfies Rule
