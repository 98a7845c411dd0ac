// SPDX-License-Identifier: MIT
import { isFastClose, stackText } from '../caller.ts'
import type { Cause } from '../cause.ts'
import { closerText, inStateText } from '../closer.ts'
import { kernelsOwn, kernelText } from '../kernelThread.ts'
import { bytesText } from '../replied.ts'
import { certain, likely, type Rule } from '../rule.ts'
import { closedWithUnread, unreadBytes, unreadText } from '../unread.ts'

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
    return {
      ...certain(
        `${closerText(reset.closer)} closed it${inStateText(reset)}, ${bytesText(unreadBytes(reset))} unread`,
        `tcp_send_active_reset ran in close() by ${closerText(reset.closer)} (${stackText(reset)})`,
        unreadText(reset),
        ...kernelText(reset),
      ),
      ...kernelsOwn(reset),
    }
  },
} satisfies Rule

/**
 * The same on a subflow of MPTCP: __mptcp_close finds data in the queue of the connection and calls mptcp_do_fastclose
 * (net/mptcp/protocol.c). The subflow has handed all of it on, so that its own numbers show nothing unread.
 */
export const unreadOnMptcpClose = {
  cause,
  explain: (reset) => {
    if (!isFastClose(reset) || reset.closer?.exit_code !== null) return undefined
    const { linger, lingertime } = reset.reset.socket ?? {}
    const because = [
      `tcp_send_active_reset ran in close() by ${closerText(reset.closer)}, on an MPTCP subflow (${stackText(reset)})`,
      'MPTCP ends a connection so when data of the peer is unread in it',
    ]
    return linger === true && lingertime === 0
      ? likely(
          `${closerText(reset.closer)} closed it, data unread or SO_LINGER 0 (MPTCP)`,
          ...because,
          'or for SO_LINGER, which is on with a time of 0: so Linux 7.1 does, and later releases of older series',
        )
      : certain(`${closerText(reset.closer)} closed it with data unread (MPTCP)`, ...because)
  },
} satisfies Rule
