// SPDX-License-Identifier: MIT
import { calledBy, stackText } from '../caller.ts'
import type { Cause } from '../cause.ts'
import { closerText, endingText } from '../closer.ts'
import { certain, type Rule } from '../rule.ts'

const cause = {
  id: 'listener-closed',
  who: 'local-app',
  outcome: 'sent',
  brief: 'a listener closed with connections waiting in its accept queue',
  means: 'A listener was closed while connections waited in its accept queue.',
  usually: 'A restart or a deployment without draining, or a server that hung and was killed.',
  next: [
    'stop new connections first: take the instance out of the load balancer, then close',
    'hand the listener over to the new process (socket activation, SO_REUSEPORT) instead of closing it',
  ],
  rstReasons: ['TCP_STATE', 'TCP_DISCONNECT_WITH_DATA'],
} as const satisfies Cause

/**
 * inet_csk_listen_stop ends each connection in the accept queue by inet_child_forget and tcp_disconnect, and that calls
 * tcp_send_active_reset (net/ipv4/inet_connection_sock.c, net/ipv4/tcp.c).
 */
export const listenerClosed = {
  cause,
  explain: (reset) =>
    calledBy(reset) === 'listener'
      ? certain(
          `tcp_send_active_reset ran in inet_csk_listen_stop, at the close() of the listener by ${closerText(reset.closer)} (${stackText(reset)}): the connection waited in its queue and was never accepted`,
          ...endingText(reset.closer),
        )
      : undefined,
} satisfies Rule
