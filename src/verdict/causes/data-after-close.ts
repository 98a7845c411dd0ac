// SPDX-License-Identifier: MIT
import { isAnswer } from '../../flow/case.ts'
import type { Cause } from '../cause.ts'
import { closerText, endingText } from '../closer.ts'
import { endingOf, ownerAs } from '../ending.ts'
import { bytesText, segmentText } from '../replied.ts'
import { certain, doubted, type Rule } from '../rule.ts'
import { agoText, isOwedToTimeWait, strayAfter, strayText } from '../stray.ts'

const cause = {
  id: 'data-after-close',
  who: 'local-app',
  outcome: 'sent',
  brief: 'data of the peer arrived after the application had closed',
  means:
    'Data of the peer arrived after a local process had closed the connection or shut down reading: nothing could read it.',
  usually:
    'An idle or request timeout here while the peer was still sending; keep-alive times that differ between the two sides.',
  next: [
    'compare idle timeouts: the side that sends requests must close first',
    'shutdown(SHUT_WR) and read until end of file, instead of close(), where the peer may still speak',
  ],
  rstReasons: ['TCP_ABORT_ON_DATA', 'TCP_TIMEWAIT_SOCKET'],
} as const satisfies Cause

/**
 * Data for a connection that nobody can read any more. tcp_rcv_state_process in FIN_WAIT1 or FIN_WAIT2 calls tcp_reset
 * and asks for a RST (net/ipv4/tcp_input.c), and where the data came with the ACK of the FIN only tcp_done. For a
 * time-wait that stands for FIN_WAIT2 tcp_timewait_state_process gives TCP_TW_RST (net/ipv4/tcp_minisocks.c).
 */
export const dataAfterClose = {
  cause,
  explain: ({ reset, stateBefore, withoutRst, past }) => {
    const { socket, segment } = reset
    if (!isAnswer(reset) || socket === null || segment === null || segment.length <= 0) return undefined
    // An orphan in FIN_WAIT2 is a time-wait mini-socket when tcp_fin_timeout is at most 60 s (net/ipv4/tcp_input.c).
    if (socket.state === 'TIME_WAIT' && socket.substate === 'FIN_WAIT2') {
      return {
        ...certain(
          `${bytesText(segment.length)} came after the close here`,
          `${reset.fn} ran for a socket closed by its application, in FIN_WAIT2 kept as a time-wait`,
          `it answers ${segmentText(segment)}, after rcv_nxt ${socket.rcv_nxt}: nobody is left to read it`,
        ),
        // A time-wait has no owner; who had closed is remembered.
        ...ownerAs('closer', past.ending?.shut?.task ?? null),
      }
    }
    if (stateBefore === 'FIN_WAIT1' || stateBefore === 'FIN_WAIT2') {
      return certain(
        `${bytesText(segment.length)} came: nobody here reads any more`,
        `${withoutRst === null ? '' : 'tcp_reset and then '}${reset.fn} ran for a socket in ${stateBefore}, whose application had closed it or shut down reading`,
        `it answers ${segmentText(segment)}: nobody is left to read it`,
      )
    }
    return undefined
  },
} satisfies Rule

/**
 * The same when nothing is left of the connection: its time-wait has ended after tcp_fin_timeout, or was ended by data. The
 * segment meets a listener of the port, or no socket.
 */
export const dataLongAfterClose = {
  cause,
  explain: (reset) => {
    const stray = strayAfter(reset, 'tail')
    const { ending } = reset.past
    if (stray === undefined || ending === null || ending.shut === null) return undefined
    const { task } = ending.shut
    const came = stray.segment.length > 0 ? bytesText(stray.segment.length) : 'a FIN'
    return {
      ...doubted(
        isOwedToTimeWait(reset, stray)
          ? [
              'a time-wait was made, and was gone too soon: net.ipv4.tcp_fin_timeout is below 60 s, or something ended it',
            ]
          : [],
        `${closerText(task)} had closed it ${agoText(reset, ending.shut)} ${came} came`,
        `${strayText(reset, stray)}: ${closerText(task)} had closed the connection, and nobody is left to read it`,
        ...endingOf(reset, ending),
        ...endingText(task),
      ),
      ...ownerAs('closer', task),
      rstReasons: ['NO_SOCKET', 'TCP_FLAGS'],
    }
  },
} satisfies Rule
