// SPDX-License-Identifier: MIT
import { stackText } from '../caller.ts'
import type { Cause } from '../cause.ts'
import { closerText } from '../closer.ts'
import { certain, type Rule } from '../rule.ts'
import { closedWithUnread, unreadText } from '../unread.ts'

const cause = {
  id: 'unread-data-on-close',
  who: 'local-app',
  outcome: 'sent',
  brief: 'close() with data of the peer unread',
  means:
    'A local process closed the connection with data of the peer unread in its receive queue, so TCP sent RST instead of FIN (RFC 2525, section 2.17).',
  usually:
    'A server answers and closes before it has read the whole request: it refuses an upload, the body is over its limit, or it cuts a health check short.',
  next: [
    'look at how the process handles early errors: it should read until end of file, or shutdown(SHUT_WR) and drain, before close()',
    'limits of request size in the server: client_max_body_size and lingering_close in nginx, LimitRequestBody in Apache',
  ],
  rstReasons: ['TCP_ABORT_ON_CLOSE'],
} as const satisfies Cause

/** __tcp_close finds data_was_unread and calls tcp_send_active_reset (net/ipv4/tcp.c), in a process that goes on. */
export const unreadDataOnClose = {
  cause,
  explain: (reset) => {
    if (!closedWithUnread(reset) || reset.closer?.exit_code !== null) return undefined
    return certain(
      `tcp_send_active_reset ran in close() by ${closerText(reset.closer)} (${stackText(reset)})`,
      unreadText(reset),
    )
  },
} satisfies Rule
