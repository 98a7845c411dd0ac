// SPDX-License-Identifier: MIT
// The RST that the kernel sends in answer to a segment, by tcp_v4_send_reset: without a socket, or for one whose application
// is done with it. refused.ts has those of listeners, handshakes and time-waits.
import { isAnswer, type Case } from '../flow/case.ts'
import { FLAG } from '../flow/states.ts'
import type { Segment } from '../observation.ts'
import { segmentText } from './caller.ts'
import { certain, type Rule } from './rule.ts'

/** The trigger of an answer without a socket, or undefined when this is none. */
const withoutSocket = ({ reset }: Case) =>
  isAnswer(reset) && reset.socket === null && reset.segment !== null ? reset.segment : undefined

const isOpening = ({ flags }: Segment) => (flags & (FLAG.syn | FLAG.ack)) === FLAG.syn

export const noListener: Rule = {
  cause: 'no-listener',
  explain: (reset) => {
    const trigger = withoutSocket(reset)
    if (trigger === undefined || !isOpening(trigger)) return undefined
    return certain(
      `${reset.reset.fn} ran without a socket, for ${segmentText(trigger)}: nothing listens on port ${reset.reset.tuple.dport} for it`,
    )
  },
}

export const noSocket: Rule = {
  cause: 'no-socket',
  explain: (reset) => {
    const trigger = withoutSocket(reset)
    if (trigger === undefined || isOpening(trigger)) return undefined
    return certain(
      `${reset.reset.fn} ran without a socket, for ${segmentText(trigger)}: this host has no such connection`,
    )
  },
}

export const linger2OnAck: Rule = {
  cause: 'linger2-abort',
  explain: ({ reset, stateBefore, withoutRst }) => {
    const { socket, segment } = reset
    if (!isAnswer(reset) || segment === null || socket?.dead !== true || withoutRst !== null) return undefined
    if (stateBefore !== 'FIN_WAIT1' && stateBefore !== 'FIN_WAIT2') return undefined
    if (socket.linger2 === undefined || socket.linger2 >= 0) return undefined
    return certain(
      `${reset.fn} ran for a socket closed by its application, when ${segmentText(segment)} acknowledged its FIN`,
      `TCP_LINGER2 is ${socket.linger2}: it may not wait in FIN_WAIT2 for the peer's FIN`,
    )
  },
}

export const dataAfterClose: Rule = {
  cause: 'data-after-close',
  explain: ({ reset, stateBefore, withoutRst }) => {
    const { socket, segment } = reset
    if (!isAnswer(reset) || socket === null || segment === null || segment.length <= 0) return undefined
    // An orphan in FIN_WAIT2 is a time-wait mini-socket when tcp_fin_timeout is at most 60 s (net/ipv4/tcp_input.c).
    if (socket.state === 'TIME_WAIT' && socket.substate === 'FIN_WAIT2') {
      return certain(
        `${reset.fn} ran for a socket closed by its application, in FIN_WAIT2 kept as a time-wait`,
        `it answers ${segmentText(segment)}, after rcv_nxt ${socket.rcv_nxt}: nobody is left to read it`,
      )
    }
    if (stateBefore === 'FIN_WAIT1' || stateBefore === 'FIN_WAIT2') {
      // Without tcp_reset it was tcp_done: the segment that acknowledged our FIN had the data (tcp_rcv_state_process).
      return certain(
        `${withoutRst === null ? '' : 'tcp_reset and then '}${reset.fn} ran for a socket in ${stateBefore}, whose application had closed it or shut down reading`,
        `it answers ${segmentText(segment)}: nobody is left to read it`,
      )
    }
    return undefined
  },
}
