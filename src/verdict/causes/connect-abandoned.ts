// SPDX-License-Identifier: MIT
import type { Cause } from '../cause.ts'
import { closerText, endingText } from '../closer.ts'
import { ownerAs } from '../ending.ts'
import { certain, likely, type Rule } from '../rule.ts'
import { agoText, strayAfter, strayText } from '../stray.ts'

const cause = {
  id: 'connect-abandoned',
  who: 'local-app',
  outcome: 'sent',
  brief: 'a local process gave up connecting before the answer came',
  means:
    "A local process closed its socket while it was connecting, or ended. The peer's SYN ACK came later, for a connection that nobody wants any more, and the kernel answered it with RST.",
  usually:
    'A connect timeout, of a probe or a health check, that is shorter than the way to the peer; Happy Eyeballs, which takes the faster of two addresses.',
  next: [
    'compare the timeout for connecting with the time that the peer takes to answer: ss -ti, ping',
    'is the first SYN lost on the way? then the answer comes after a second, or three',
  ],
  rstReasons: ['NO_SOCKET'],
  withoutSocket: true,
} as const satisfies Cause

/**
 * close() in SYN_SENT sends nothing (net/ipv4/tcp.c, __tcp_close, by tcp_disconnect or tcp_set_state). For the SYN ACK
 * tcp_v4_rcv finds no socket (net/ipv4/tcp_ipv4.c, no_tcp_socket).
 */
export const connectAbandoned = {
  cause,
  explain: (reset) => {
    const stray = strayAfter(reset, 'abandoned')
    const { ending } = reset.past
    if (stray === undefined || ending === null) return undefined
    const { closed } = ending
    const why = `${closerText(closed.task)} stopped connecting ${agoText(reset, closed)} the answer`
    const because = [
      `${strayText(reset, stray)}: it answers the SYN of a socket that ${closerText(closed.task)} closed in SYN_SENT ${agoText(reset, closed)}`,
      ...endingText(closed.task),
    ]
    // Without the error a timer's end looks the same.
    const evidence = closed.sk_err === undefined ? likely(why, ...because) : certain(why, ...because)
    return { ...evidence, ...ownerAs('closer', closed.task) }
  },
} satisfies Rule
