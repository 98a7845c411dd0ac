// SPDX-License-Identifier: MIT
import type { Case } from '../../flow/case.ts'
import { nanosecondsBetween } from '../../time.ts'
import type { Cause } from '../cause.ts'
import { droppedBySocket, dropText, ignoredBecause, ignoredRst, isEarly } from '../ignored.ts'
import { certain, likely, type Rule } from '../rule.ts'
import { agoText } from '../stray.ts'

const cause = {
  id: 'ignored-no-socket',
  who: 'unknown',
  outcome: 'ignored',
  brief: 'for a connection that this host does not have',
  means: 'A RST arrived for a connection that this host does not have.',
  usually: 'A last RST of the peer for a connection that has already ended here.',
  next: ['none, unless there are many: then who sends them?'],
  dropReasons: ['NO_SOCKET', 'TCP_CLOSE'],
  withoutSocket: true,
} as const satisfies Cause

/** tcp_v4_rcv at no_tcp_socket calls tcp_v4_send_reset, which never answers a RST (net/ipv4/tcp_ipv4.c). */
export const ignoredNoSocket = {
  cause,
  explain: (reset) => {
    if (ignoredRst(reset) === undefined) return undefined
    const { socket } = reset.reset
    if (socket?.state === 'CLOSE')
      return ignoredBecause(
        reset,
        'its connection was over already',
        'the socket was in CLOSE already: what came before, maybe another RST, had ended the connection, and a process still had the socket',
      )
    if (socket !== null) return undefined
    const known = reset.drop?.reason === 'NO_SOCKET'
    if (!known && (!heldNone(reset) || droppedBySocket(reset) || isEarly(reset))) return undefined
    const obeyed = obeyedBefore(reset)
    const why = obeyed === null ? 'this host has no such connection' : 'a RST before it had ended the connection'
    const because = [
      'this host has no such connection, and a RST is never answered',
      ...(obeyed === null
        ? []
        : [`a RST that was obeyed had ended it ${agoText(reset, obeyed.reset)}: this is one more of the same end`]),
    ]
    return known || reset.drop !== null ? certain(why, ...because, ...dropText(reset)) : likely(why, ...because)
  },
} satisfies Rule

/** How long after a RST others of the same end may come, in nanoseconds: what was on its way is answered one by one. */
const SAME_END_NS = 60_000_000_000

const obeyedBefore = ({ reset: { at }, past: { obeyed } }: Case) =>
  obeyed !== null && nanosecondsBetween(at, obeyed.reset.at) < SAME_END_NS ? obeyed : null

// A listener that came later proves that there was none before, unless a socket dropped the RST.
const heldNone = ({ after, late, drop }: Case) =>
  after?.answer.found === 'none' || (late?.answer.found === 'listener' && drop !== null)
