// SPDX-License-Identifier: MIT
import type { Cause } from '../cause.ts'
import { endingOf, ownerAs } from '../ending.ts'
import { certain, likely, type Rule } from '../rule.ts'
import { strayAfter, strayText } from '../stray.ts'

const cause = {
  id: 'time-wait-overflow',
  who: 'local-kernel',
  outcome: 'sent',
  brief: 'the FIN of the peer came, and there had been no room for a time-wait',
  means:
    "A local process closed the connection in order, and the kernel could keep no time-wait of it: the peer's FIN, as orderly, was answered with RST.",
  usually: 'net.ipv4.tcp_max_tw_buckets is reached: very many short connections that this host closes first.',
  next: [
    'nstat -az TcpExtTCPTimeWaitOverflow, and ss -s: how many time-waits are there?',
    'raise net.ipv4.tcp_max_tw_buckets; have the clients close first, or keep connections alive',
  ],
  rstReasons: ['NO_SOCKET', 'TCP_FLAGS'],
} as const satisfies Cause

/**
 * tcp_time_wait gets no mini-socket from inet_twsk_alloc and ends the connection by tcp_done (net/ipv4/tcp_minisocks.c). A
 * time-wait would have taken the FIN without a RST.
 */
export const timeWaitOverflow = {
  cause,
  explain: (reset) => {
    const stray = strayAfter(reset, 'no time-wait')
    const { ending } = reset.past
    if (stray === undefined || ending === null) return undefined
    const because = [
      `${strayText(reset, stray)}: the peer closed in order, and a time-wait would have taken its FIN`,
      ...endingOf(reset, ending),
    ]
    const evidence =
      ending.closed.no_time_wait === true
        ? certain(
            'no TIME_WAIT for its FIN: the kernel had no room',
            ...because,
            'inet_twsk_alloc had given the kernel no time-wait for it: too many, or no memory',
          )
        : likely(
            'no TIME_WAIT for its FIN: no room, it seems',
            ...because,
            'that the kernel made no time-wait is inferred: it would have been there for 60 s, unless tcp_fin_timeout is less',
          )
    return {
      ...evidence,
      ...ownerAs('socket', ending.owner ?? ending.shut?.task ?? null),
    }
  },
} satisfies Rule
