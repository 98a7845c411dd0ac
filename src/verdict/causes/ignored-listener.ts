// SPDX-License-Identifier: MIT
import type { Cause } from '../cause.ts'
import { droppedBySocket, dropText, ignoredBecause, ignoredRst, isEarly } from '../ignored.ts'
import { acknowledgesAnother, handshakeGoesOn, requestText, rstForRequest } from '../mini.ts'
import { certain, likely, type Rule } from '../rule.ts'

const cause = {
  id: 'ignored-listener',
  who: 'unknown',
  outcome: 'ignored',
  brief: 'for a listener, without a handshake',
  means: 'A RST arrived for a listener, and belonged to no handshake.',
  usually: 'The end of a connection from before a restart of the service, or a scan.',
  next: ['none, unless there are many: then who sends them?'],
} as const satisfies Cause

/**
 * tcp_rcv_state_process in LISTEN drops a RST (net/ipv4/tcp_input.c). It also gets one for a handshake that acknowledges another
 * number than that of the SYN ACK (net/ipv4/tcp_minisocks.c, tcp_check_req).
 */
export const ignoredListener = {
  cause,
  explain: (reset) => {
    const mini = rstForRequest(reset)
    // On 6.12 such a handshake did not end in a connection: that it is still there, or that the listener dropped the RST, proves
    // that it goes on.
    if (mini !== undefined && acknowledgesAnother(mini) && (handshakeGoesOn(reset) || droppedBySocket(reset))) {
      const because = [
        `${requestText(mini)}; it acknowledges ${mini.segment.ack}, and the SYN ACK had the number ${mini.socket.snt_isn}`,
        'so tcp_check_req gives it to the listener, which drops a RST',
        ...dropText(reset),
      ]
      return certain('it acknowledges no SYN ACK of this handshake', ...because)
    }
    if (ignoredRst(reset) === undefined) return undefined
    const bySocket = droppedBySocket(reset)
    const { socket } = reset.reset
    if (socket?.state === 'LISTEN' && bySocket)
      return certain(
        'it came for a listener, and no connection or handshake with this peer was found',
        ...dropText(reset),
      )
    if (socket !== null) return undefined
    // Dropped elsewhere it was a handshake's or a time-wait's, where a kernel without kprobes does not tell of these.
    if (reset.after?.answer.found === 'listener' && (bySocket || reset.drop === null))
      return ignoredBecause(
        reset,
        'for a listener, and of no handshake',
        'there is a listener for its port, and no connection or handshake with this peer',
      )
    if (!bySocket || isEarly(reset) || reset.after?.answer.found !== 'none') return undefined
    return likely(
      'for a listener that was just closing, it seems',
      ...dropText(reset),
      'so a socket received it, though no connection was known: the socket was a listener that had closed before the look-up',
    )
  },
} satisfies Rule
