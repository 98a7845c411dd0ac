// SPDX-License-Identifier: MIT
import type { Case } from '../../flow/case.ts'
import { nanosecondsBetween } from '../../time.ts'
import { calledBy, stackText } from '../caller.ts'
import type { Cause } from '../cause.ts'
import { closerText, endingText } from '../closer.ts'
import { ownerAs } from '../ending.ts'
import { certain, likely, type Rule } from '../rule.ts'
import { agoText, strayAfter, strayText } from '../stray.ts'

const cause = {
  id: 'listener-closed',
  who: 'local-app',
  outcome: 'sent',
  brief: 'a listener closed with connections or handshakes waiting',
  means: 'A listener was closed while connections waited in its accept queue, or handshakes with it were under way.',
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
          hasStopped(reset)
            ? `${closerText(reset.closer)} closed the listener before accepting this`
            : 'the listener had just closed as the handshake ended',
          `tcp_send_active_reset ran ${endOfListener(reset)} (${stackText(reset)}): the connection waited in its queue and was never accepted`,
          ...endingText(reset.closer),
        )
      : undefined,
} satisfies Rule

// A handshake may be over just as its listener has closed: whose task that runs on is nobody's (inet_csk_reqsk_queue_add).
const endOfListener = (reset: Case) =>
  hasStopped(reset)
    ? `in inet_csk_listen_stop, at the close() or shutdown() of the listener by ${closerText(reset.closer)}`
    : 'in inet_child_forget, at the end of a handshake whose listener had just been closed'

const hasStopped = ({ reset: { stack } }: Case) => stack.includes('inet_csk_listen_stop')

/** A request is gone on its own no sooner than its first timer, of a second, in nanoseconds (TCP_TIMEOUT_INIT). */
const REQUEST_NS = 1_000_000_000

/**
 * A handshake goes with its listener: tcp_v4_rcv finds its request and the listener closed, drops it and looks again, for
 * another listener or nothing at all (net/ipv4/tcp_ipv4.c, inet_csk_reqsk_queue_drop_and_put).
 */
export const listenerClosedInHandshake = {
  cause,
  explain: (reset) => {
    const stray = strayAfter(reset, 'listener')
    const { syn, listenersClosed = [] } = reset.past.handshake ?? {}
    const last = listenersClosed.at(-1)
    if (stray === undefined || syn === undefined || last === undefined) return undefined
    const processes = new Set(listenersClosed.map(({ task }) => task.pid)).size
    const isOne = processes === 1
    const isYoung = nanosecondsBetween(reset.reset.at, syn.at) < REQUEST_NS
    const by = isOne
      ? closerText(last.task)
      : `${listenersClosed.length} processes, the last of them ${closerText(last.task)}`
    const why = `${isOne ? closerText(last.task) : `${processes} processes`} closed the listener during this handshake`
    const because = [
      `${strayText(reset, stray)}: of the handshake that the peer's SYN had begun ${agoText(reset, syn)} no connection was made`,
      `a listener for it was closed by ${by} ${agoText(reset, last)}: the handshake went with its listener`,
      ...endingText(last.task),
    ]
    return {
      ...(isOne && (stray.listener === null || isYoung) ? certain(why, ...because) : likely(why, ...because)),
      ...ownerAs('closer', last.task),
      rstReasons: ['NO_SOCKET', 'TCP_FLAGS'],
    }
  },
} satisfies Rule
