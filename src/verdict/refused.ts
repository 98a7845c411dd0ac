// SPDX-License-Identifier: MIT
// The RST that the kernel sends in answer to a segment which a listener, a handshake or a time-wait does not take, or which
// netfilter rejects.
import { isAnswer, type Case } from '../flow/case.ts'
import { isRejectedHere } from '../flow/rejected.ts'
import { FLAG } from '../flow/states.ts'
import type { Segment, Socket } from '../observation.ts'
import { segmentText, stackText } from './caller.ts'
import { certain, type Rule } from './rule.ts'

/** An answer for a socket, with the function that asked for it; undefined when this is none. */
const refused = ({ reset }: Case): { socket: Socket; segment: Segment; caller: string } | undefined =>
  isAnswer(reset) && reset.socket !== null && reset.segment !== null
    ? { socket: reset.socket, segment: reset.segment, caller: reset.stack[1] ?? '' }
    : undefined

const hasSyn = ({ flags }: Segment) => (flags & FLAG.syn) !== 0
const hasAck = ({ flags }: Segment) => (flags & FLAG.ack) !== 0

export const firewallReject: Rule = {
  cause: 'firewall-reject',
  explain: (reset) =>
    reset.reset.fn === 'nf_send_reset' && reset.reset.segment !== null
      ? certain(
          isRejectedHere(reset.reset)
            ? `netfilter's REJECT of what this host sends answered ${segmentText(reset.reset.segment)} (${stackText(reset)}): it never left, and the RST went to this host's own socket`
            : `netfilter's REJECT answered ${segmentText(reset.reset.segment)} (${stackText(reset)}): no socket was asked`,
        )
      : undefined,
}

export const mptcpRefusal: Rule = {
  cause: 'mptcp',
  explain: (reset) => {
    const found = refused(reset)
    if (found === undefined || !/^_*(mptcp|subflow)_/.test(found.caller)) return undefined
    return certain(`${reset.reset.fn} ran for MPTCP (${stackText(reset)}), for ${segmentText(found.segment)}`)
  },
}

/** tcp_check_req resets a handshake for a segment with SYN, or because the connection that it made found no place. */
const byRequest = (reset: Case) => {
  const found = refused(reset)
  return found?.caller === 'tcp_check_req' ? found : undefined
}

export const invalidSyn: Rule = {
  cause: 'invalid-syn',
  explain: (reset) => {
    const found = byRequest(reset)
    if (found === undefined || !hasSyn(found.segment)) return undefined
    return certain(
      `${reset.reset.fn} ran in tcp_check_req: a handshake was under way for this 5-tuple, and ${segmentText(found.segment)} fell into its window`,
    )
  },
}

export const acceptQueueOverflow: Rule = {
  cause: 'accept-queue-overflow',
  explain: (reset) => {
    const found = byRequest(reset)
    if (found === undefined || hasSyn(found.segment)) return undefined
    const { backlog = 0, limit } = found.socket
    if (limit === undefined || backlog <= limit) return undefined
    return certain(
      `${reset.reset.fn} ran in tcp_check_req, for ${segmentText(found.segment)} that ends a handshake: net.ipv4.tcp_abort_on_overflow is 1`,
      `the listener's accept queue was full: backlog ${backlog}, limit ${limit}`,
    )
  },
}

const handshakeKnown = ({ reset: { socket }, after }: Case) =>
  socket?.request === true || after?.answer.found === 'request'

export const badAckInHandshake: Rule = {
  cause: 'bad-ack-in-handshake',
  explain: (reset) => {
    const found = refused(reset)
    if (found === undefined || !hasAck(found.segment)) return undefined
    if (found.socket.state === 'SYN_RECV') {
      return certain(
        `${reset.reset.fn} ran for a socket in SYN_RECV, both ends having sent SYN`,
        `it answers ${segmentText(found.segment)}: this host's own begins at ${found.socket.snd_una} and ends before ${found.socket.snd_nxt}`,
      )
    }
    // tcp_check_req itself never resets for the number of an ACK.
    if (found.socket.state !== 'LISTEN' || !handshakeKnown(reset) || found.caller === 'tcp_check_req') return undefined
    return certain(
      `${reset.reset.fn} ran for a listener, which had a handshake with this peer under way`,
      `it answers ${segmentText(found.segment)}: that acknowledges another SYN than this host had sent`,
    )
  },
}

export const badAckToListener: Rule = {
  cause: 'bad-ack-to-listener',
  explain: (reset) => {
    const found = refused(reset)
    if (found?.socket.state !== 'LISTEN' || !hasAck(found.segment) || handshakeKnown(reset)) return undefined
    if (found.caller === 'tcp_check_req') return undefined
    return certain(
      `${reset.reset.fn} ran for a listener, without a handshake with this peer`,
      `it answers ${segmentText(found.segment)}: an ACK of no handshake, or a wrong SYN cookie`,
    )
  },
}

export const badSynAck: Rule = {
  cause: 'bad-syn-ack',
  explain: (reset) => {
    const found = refused(reset)
    if (found?.socket.state !== 'SYN_SENT') return undefined
    return certain(
      `${reset.reset.fn} ran for a socket in SYN_SENT`,
      `it answers ${segmentText(found.segment)}; this host's SYN ends before snd_nxt ${found.socket.snd_nxt}: so its ACK, or its timestamp, is not of this connection`,
    )
  },
}

export const timeWait: Rule = {
  cause: 'time-wait',
  explain: (reset) => {
    const found = refused(reset)
    if (found?.socket.state !== 'TIME_WAIT') return undefined
    return certain(
      `${reset.reset.fn} ran for a time-wait in ${found.socket.substate}: the connection was closed here`,
      `it answers ${segmentText(found.segment)}, with rcv_nxt ${found.socket.rcv_nxt}`,
    )
  },
}
