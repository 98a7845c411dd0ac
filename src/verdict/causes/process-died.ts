// SPDX-License-Identifier: MIT
import type { Case } from '../../flow/case.ts'
import { isFastClose, stackText } from '../caller.ts'
import type { Cause } from '../cause.ts'
import { closerText, endText } from '../closer.ts'
import { bytesText } from '../replied.ts'
import { certain, likely, type Evidence, type Rule } from '../rule.ts'
import { closedWithUnread, unreadBytes, unreadText } from '../unread.ts'

const cause = {
  id: 'process-died',
  who: 'local-app',
  outcome: 'sent',
  brief: 'a process ended with data of the peer unread',
  means: 'A local process ended with data of the peer unread, and the kernel closed its connections with RST.',
  usually: 'A crash, the out-of-memory killer, a SIGKILL from a supervisor or a deployment without draining.',
  next: [
    'journalctl -k --grep "Out of memory|segfault", and coredumpctl list, at the time of the reset',
    "the supervisor's log: who sent the signal, and was there time to drain (TimeoutStopSec, terminationGracePeriodSeconds)?",
  ],
  rstReasons: ['TCP_ABORT_ON_CLOSE'],
} as const satisfies Cause

/**
 * __tcp_close finds data_was_unread and calls tcp_send_active_reset (net/ipv4/tcp.c), below do_exit (kernel/exit.c).
 * The closer has an exit_code then, also where the stack is too short to show do_exit.
 */
export const processDied = {
  cause,
  explain: (reset) => {
    const { closer } = reset
    if (closer === null) return byWorker(reset)
    if (closer.exit_code === null) return undefined
    const isMptcp = isFastClose(reset)
    if (!closedWithUnread(reset) && !isMptcp) return undefined
    return certain(
      `${closerText(closer)} ended by ${endText(closer)} with ${isMptcp ? 'data' : bytesText(unreadBytes(reset))} unread`,
      `tcp_send_active_reset ran in the exit of ${closerText(closer)}, by ${endText(closer)} (${stackText(reset, 'do_exit')})`,
      isMptcp ? 'data of the peer was unread in the MPTCP connection of this subflow' : unreadText(reset),
    )
  },
} satisfies Rule

// The last reference to the file was dropped where no process could close it, so that a worker does: by a task that is past
// its own work, or by a ring of io_uring that is taken down (fs/file_table.c, fput).
const byWorker = (reset: Case): Evidence | undefined =>
  reset.reset.stack.includes('delayed_fput') && closedWithUnread(reset)
    ? likely(
        `closed after its process, it seems, ${bytesText(unreadBytes(reset))} unread`,
        `tcp_send_active_reset ran in close() below delayed_fput, in a worker of the kernel: nobody's own close(), as at the end of a process, or of a file on its way by a UNIX socket (${stackText(reset)})`,
        unreadText(reset),
      )
    : undefined
