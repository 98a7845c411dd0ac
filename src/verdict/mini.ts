// SPDX-License-Identifier: MIT
// A RST that came in for a mini-socket, which tcp_reset never sees: it ended a handshake or a time-wait, or did not.
import type { Case } from '../flow/case.ts'
import type { Segment, Socket } from '../observation.ts'
import { certain, type Rule } from './rule.ts'
import { inWindow, numbersText } from './window.ts'

type Mini = { segment: Segment; socket: Socket }

/** The RST and the mini-socket that this function was called for; undefined when it is another one. */
export const aboutMini = ({ reset }: Case, fn: string): Mini | undefined =>
  reset.fn === fn && reset.segment !== null && reset.socket !== null
    ? { segment: reset.segment, socket: reset.socket }
    : undefined

/** Whether the window of a request socket takes the RST. */
export const requestTakes = ({ segment, socket: { rcv_nxt = segment.seq, rcv_wnd = 0 } }: Mini): boolean =>
  inWindow(segment, rcv_nxt, rcv_nxt + rcv_wnd)

export const handshakeAbandoned: Rule = {
  cause: 'handshake-abandoned',
  explain: (reset) => {
    const { fn, socket, segment } = reset.reset
    if (fn === 'tcp_reset' && socket?.state === 'SYN_RECV')
      return certain('tcp_reset ran for a RST while the socket was in SYN_RECV: the peer ends the handshake')
    const mini = aboutMini(reset, 'tcp_check_req')
    if (mini === undefined || segment === null || reset.after?.answer.found === 'request') return undefined
    if (!requestTakes(mini)) return undefined
    // Later kernels of each series challenge all but the exact number, and the look-up tells.
    if (segment.seq !== mini.socket.rcv_nxt && (reset.after?.answer.found ?? null) === null) return undefined
    return certain(
      `tcp_check_req ran for a RST against a request socket: ${numbersText(segment, mini.socket)}`,
      'so the handshake that this host had answered with SYN-ACK is over',
    )
  },
}

/** One that stands for an orphan in FIN_WAIT2 is ended by any RST in its window, another one by the exact number alone. */
const timeWaitTakes = ({ segment, socket: { substate, rcv_nxt = segment.seq, rcv_wnd = 0 } }: Mini) =>
  substate === 'FIN_WAIT2' ? inWindow(segment, rcv_nxt, rcv_nxt + rcv_wnd) : segment.seq === rcv_nxt

const timeWaitText = ({ segment, socket }: Mini) =>
  `tcp_timewait_state_process ran for a RST against a time-wait in ${socket.substate}: ${numbersText(segment, socket)}`

export const timeWaitAssassinated: Rule = {
  cause: 'time-wait-assassinated',
  explain: (reset) => {
    const mini = aboutMini(reset, 'tcp_timewait_state_process')
    const found = reset.after?.answer.found ?? null
    if (mini === undefined || found === null || found === 'timewait' || !timeWaitTakes(mini)) return undefined
    return certain(
      timeWaitText(mini),
      mini.socket.substate === 'FIN_WAIT2'
        ? "so nothing is left of the connection, which was closed here and waited for the peer's FIN"
        : 'so the time-wait is gone before its time (RFC 1337), and net.ipv4.tcp_rfc1337 is 0',
    )
  },
}

export const ignoredTimeWait: Rule = {
  cause: 'ignored-time-wait',
  explain: (reset) => {
    const mini = aboutMini(reset, 'tcp_timewait_state_process')
    if (mini === undefined) return undefined
    const orphan = mini.socket.substate === 'FIN_WAIT2'
    if (!timeWaitTakes(mini))
      return certain(
        timeWaitText(mini),
        orphan ? 'its window does not take that' : 'a time-wait is ended by the exact number alone',
      )
    // In its window FIN_WAIT2 is ended whatever net.ipv4.tcp_rfc1337 is.
    if (orphan || reset.after?.answer.found !== 'timewait') return undefined
    return certain(timeWaitText(mini), 'the time-wait is still there: net.ipv4.tcp_rfc1337 is 1')
  },
}
