// SPDX-License-Identifier: MIT
import { calledBy, stackText } from '../caller.ts'
import type { Cause } from '../cause.ts'
import { closerText } from '../closer.ts'
import { kernelsOwn, kernelText } from '../kernelThread.ts'
import { certain, type Rule } from '../rule.ts'

const cause = {
  id: 'disconnect',
  who: 'local-app',
  outcome: 'sent',
  brief: 'connect() to AF_UNSPEC',
  means: 'A local process disconnected its socket by connect() to AF_UNSPEC, and TCP sent RST.',
  usually: 'A client library or a proxy that reuses its socket for another connection.',
  next: ['look for connect() with AF_UNSPEC in the process: strace -f -e trace=connect -p PID'],
  rstReasons: ['TCP_STATE', 'TCP_DISCONNECT_WITH_DATA'],
} as const satisfies Cause

/** __inet_stream_connect calls tcp_disconnect for AF_UNSPEC (net/ipv4/af_inet.c), and that tcp_send_active_reset. */
export const disconnect = {
  cause,
  explain: (reset) =>
    calledBy(reset) === 'connect'
      ? {
          ...certain(
            `${closerText(reset.closer)} disconnected the socket (AF_UNSPEC)`,
            `tcp_send_active_reset ran in tcp_disconnect below connect() by ${closerText(reset.closer)} (${stackText(reset)}): connect() to AF_UNSPEC disconnects a socket`,
            ...kernelText(reset),
          ),
          ...kernelsOwn(reset),
        }
      : undefined,
} satisfies Rule
