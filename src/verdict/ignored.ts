// SPDX-License-Identifier: MIT
// A RST that came in and was ignored. mini.ts has those of handshakes and time-waits.
import { EARLY, isArrival, type Case } from '../flow/case.ts'
import { FLAG } from '../flow/states.ts'
import type { Socket } from '../observation.ts'
import { aboutMini, requestTakes } from './mini.ts'
import { certain, likely, type Evidence, type Rule } from './rule.ts'
import { isAcceptable, numbersText, windowOf } from './window.ts'

const dropText = ({ drop }: Case) => {
  if (drop === null) return []
  return [
    `the kernel dropped it in ${drop.location ?? 'a place unknown'}${drop.reason === null ? '' : `: ${drop.reason}`}`,
  ]
}

/** Certain when the kernel was seen to drop it; its absence leaves a doubt. */
const ignoredBecause = (reset: Case, ...because: string[]): Evidence =>
  reset.drop === null ? likely(...because) : certain(...because, ...dropText(reset))

/**
 * The RST of a case whose only event is its arrival; undefined when this is none. That it was not obeyed is the absence of an
 * event: where one may have been lost, only the drop tells.
 */
const arrived = ({ reset, drop, gaps }: Case) =>
  isArrival(reset) && reset.segment !== null && (gaps.length === 0 || drop !== null) ? reset.segment : undefined

const isEarly = ({ reset: { fn } }: Case) => fn === EARLY

/** The kernel dropped it where segments are that have a socket. */
const takenBySocket = ({ drop }: Case) => /^tcp_(v\d_do_rcv|rcv_)/.test(drop?.location ?? '')

export const ignoredInvalid: Rule = {
  cause: 'ignored-invalid',
  explain: (reset) => {
    const segment = arrived(reset)
    if (segment === undefined || reset.drop === null) return undefined
    const { socket } = reset.reset
    if (INVALID.test(reset.drop.reason ?? ''))
      return certain('it was dropped before its number was looked at', ...dropText(reset))
    if (socket?.min_ttl !== undefined && segment.ttl < socket.min_ttl) {
      return certain(
        `its TTL is ${segment.ttl}, and the application takes no less than ${socket.min_ttl} (RFC 5082)`,
        ...dropText(reset),
      )
    }
    // Whatever dropped it there, tcp_reset would have come next; the socket may be gone when the TCP hash is asked.
    if (reset.drop.reason === 'NO_SOCKET') return undefined
    if (
      socket === null ||
      hasNoWindow(socket) ||
      socket.rcv_nxt !== segment.seq ||
      !/^tcp_v\d_rcv/.test(reset.drop.location ?? '')
    )
      return undefined
    return likely(
      `${numbersText(segment, socket)}: it would have been obeyed, had it not been dropped before`,
      ...dropText(reset),
      'a bad checksum, a signature that is missing or wrong (RFC 2385, RFC 5925), or a policy or filter of the socket does so',
    )
  },
}

/** Reasons of enum skb_drop_reason from before a RST's number is looked at (include/net/dropreason-core.h). */
const INVALID =
  /^(TCP_CSUM|TCP_MD5\w*|TCP_AO\w*|TCP_AUTH\w*|TCP_MINTTL|XFRM_POLICY|SOCKET_FILTER|SOCKET_BACKLOG|PSP_\w+)$/

export const ignoredSynSent: Rule = {
  cause: 'ignored-syn-sent',
  explain: (reset) => {
    const segment = arrived(reset)
    const { socket } = reset.reset
    const state = socket?.state ?? reset.after?.answer.state
    if (segment === undefined || state !== 'SYN_SENT') return undefined
    const snd_nxt = socket?.snd_nxt ?? reset.after?.answer.snd_nxt
    const acknowledges = (segment.flags & FLAG.ack) !== 0
    if (acknowledges && segment.ack === snd_nxt) return undefined
    return ignoredBecause(
      reset,
      acknowledges
        ? `the socket is in SYN_SENT and has sent up to ${snd_nxt}, and the RST acknowledges ${segment.ack}`
        : 'the socket is in SYN_SENT, and the RST acknowledges nothing',
    )
  },
}

export const ignoredListener: Rule = {
  cause: 'ignored-listener',
  explain: (reset) => {
    if (arrived(reset) === undefined || reset.reset.socket !== null) return undefined
    const taken = takenBySocket(reset)
    // Dropped elsewhere it was a handshake's or a time-wait's, where a kernel without kprobes does not tell of these.
    if (reset.after?.answer.found === 'listener' && (taken || reset.drop === null))
      return ignoredBecause(reset, 'there is a listener for its port, and no connection or handshake with this peer')
    if (!taken || isEarly(reset) || reset.after?.answer.found !== 'none') return undefined
    return likely(
      ...dropText(reset),
      'so a socket took it, and no connection was known for it: that is a listener, which was gone when the TCP hash was asked',
    )
  },
}

export const ignoredNoSocket: Rule = {
  cause: 'ignored-no-socket',
  explain: (reset) => {
    if (arrived(reset) === undefined || reset.reset.socket !== null) return undefined
    const known = reset.drop?.reason === 'NO_SOCKET'
    if (!known && (!heldNone(reset) || takenBySocket(reset) || isEarly(reset))) return undefined
    const text = 'this host has no such connection, and a RST is never answered'
    return known || reset.drop !== null ? certain(text, ...dropText(reset)) : likely(text)
  },
}

// A listener that came later says that there was none, where the place of the drop does not tell of one.
const heldNone = ({ after, late, drop }: Case) =>
  after?.answer.found === 'none' || (late?.answer.found === 'listener' && drop !== null)

// Mini-sockets have rules of their own, and before the peer's SYN there is no window.
const hasNoWindow = ({ state }: Socket) => ['TIME_WAIT', 'NEW_SYN_RECV', 'SYN_SENT'].includes(state)

/** The connection that a RST came for and did not end, as it was then or, over the loopback interface, right after. */
const survivor = (reset: Case): Socket | undefined => {
  if (arrived(reset) === undefined) return undefined
  const { socket } = reset.reset
  if (socket !== null) return socket.rcv_nxt === undefined || hasNoWindow(socket) ? undefined : socket
  const { found, state, rcv_nxt, rcv_wnd } = reset.after?.answer ?? {}
  if (found !== 'established' || state === undefined || rcv_nxt === undefined || rcv_wnd === undefined) return undefined
  const known = { sk: '0', state, rcv_nxt, rcv_wnd }
  return hasNoWindow(known) ? undefined : known
}

export const ignoredOutOfWindow: Rule = {
  cause: 'ignored-out-of-window',
  explain: (reset) => {
    const mini = aboutMini(reset, 'tcp_check_req')
    if (mini !== undefined) {
      if (requestTakes(mini)) return undefined
      return certain(`tcp_check_req ran for a RST against a request socket: ${numbersText(mini.segment, mini.socket)}`)
    }
    const segment = arrived(reset)
    const socket = survivor(reset)
    if (segment === undefined || socket === undefined || isAcceptable(segment, socket)) return undefined
    const { from, to } = windowOf(socket)
    return ignoredBecause(
      reset,
      `the socket was in ${socket.state}: ${numbersText(segment, socket)}; it takes what is from ${from >>> 0} to ${to >>> 0}`,
      'tcp_reset did not run for it',
    )
  },
}

export const ignoredChallengeAck: Rule = {
  cause: 'ignored-challenge-ack',
  explain: (reset) => {
    const mini = aboutMini(reset, 'tcp_check_req')
    if (mini !== undefined) {
      const survived = reset.after?.answer.found === 'request' && mini.segment.seq !== mini.socket.rcv_nxt
      if (!survived || !requestTakes(mini)) return undefined
      return certain(
        `tcp_check_req ran for a RST against a request socket: ${numbersText(mini.segment, mini.socket)}`,
        'the request socket is still there: the peer is challenged to give the exact number (RFC 5961)',
      )
    }
    const segment = arrived(reset)
    const socket = survivor(reset)
    if (segment === undefined || socket === undefined) return undefined
    if (!isAcceptable(segment, socket) || segment.seq === socket.rcv_nxt) return undefined
    return ignoredBecause(
      reset,
      `the socket was in ${socket.state}: ${numbersText(segment, socket)}`,
      'tcp_reset did not run for it: a RST in the window that is not exact is answered by a challenge ACK (RFC 5961, section 3.2)',
    )
  },
}
