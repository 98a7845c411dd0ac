// SPDX-License-Identifier: MIT
import { calledBy, stackText } from '../caller.ts'
import type { Cause } from '../cause.ts'
import { closerText, endingText, inStateText } from '../closer.ts'
import { certain, type Rule } from '../rule.ts'
import { isFinAlone } from '../unread.ts'

const cause = {
  id: 'spurious-close-reset',
  who: 'local-kernel',
  outcome: 'sent',
  brief: 'close() with everything read: the FIN came with old data',
  means:
    'A local process had read all that the peer sent, and closed. The FIN of the peer had come again with data that was read before, and the kernel took the old bytes for unread ones: it sent RST instead of FIN.',
  usually:
    'The FIN was lost, or the ACK of the data, and the peer sent both again in one segment. Linux before "tcp: fix __tcp_close() to only send RST when required" (September 2025) does so.',
  next: [
    'a kernel with commit 5f9238530970; stable releases since October 2025 have it',
    'read until end of file before close(): that takes the old bytes out of the queue too',
  ],
  rstReasons: ['TCP_ABORT_ON_CLOSE'],
} as const satisfies Cause

/**
 * __tcp_close counts the bytes of what is queued, and not those beyond copied_seq (net/ipv4/tcp.c): tcp_data_queue had queued the
 * whole segment, old bytes and FIN (net/ipv4/tcp_input.c). For what is queued alone it resets before it makes the socket an
 * orphan.
 */
export const spuriousCloseReset = {
  cause,
  explain: (reset) => {
    const { closer } = reset
    const { dead, rcv_nxt, copied_seq } = reset.reset.socket ?? {}
    if (calledBy(reset) !== 'close' || dead !== false || !isFinAlone(reset)) return undefined
    return certain(
      `${closerText(closer)} closed it with everything read`,
      `tcp_send_active_reset ran in close() by ${closerText(closer)}${inStateText(reset)}, before the socket was made an orphan (${stackText(reset)}): bytes were queued`,
      `nothing but the peer's FIN was unread: rcv_nxt ${rcv_nxt}, copied_seq ${copied_seq}; the bytes were old ones, queued with that FIN`,
      ...endingText(closer),
    )
  },
} satisfies Rule
