// SPDX-License-Identifier: MIT
import type { Case } from '../../flow/case.ts'
import type { Cause } from '../cause.ts'
import { opensConnection, repliedWithoutSocket, segmentText } from '../replied.ts'
import { certain, likely, type Rule } from '../rule.ts'

const cause = {
  id: 'no-listener',
  who: 'local-kernel',
  outcome: 'sent',
  brief: 'a SYN to a port where nothing listens',
  means: 'A SYN came to a port of this host where nothing listens, and the kernel answered it with RST.',
  usually: 'The service is down, still starting, listens on another port or address, or in another network namespace.',
  next: [
    'ss -ltn "sport = :PORT" shows who listens, and on which address; ip netns exec NAME ss -ltn shows those of another namespace',
    'systemctl status SERVICE, and its log from the time of the reset',
  ],
  rstReasons: ['NO_SOCKET'],
  withoutSocket: true,
} as const satisfies Cause

/**
 * A SYN for which tcp_v4_rcv finds neither a connection nor a listener: its no_tcp_socket calls tcp_v4_send_reset
 * without a socket (net/ipv4/tcp_ipv4.c; tcp_v6_rcv in net/ipv6/tcp_ipv6.c likewise).
 */
export const noListener = {
  cause,
  explain: (reset) => {
    const trigger = repliedWithoutSocket(reset)
    if (trigger === undefined || !opensConnection(trigger)) return undefined
    const text = `${reset.reset.fn} ran without a socket, for ${segmentText(trigger)}`
    const port = reset.reset.tuple.dport
    const taker = takerText(reset)
    return taker === undefined
      ? certain(whyText(reset), `${text}: nothing listens on port ${port} for it`)
      : likely(taker.why, `${text}: the kernel found no listener on port ${port} for it`, taker.because)
  },
} satisfies Rule

const whyText = ({ reset, after }: Case) =>
  after?.answer.listen_differs === undefined
    ? `nothing listens on port ${reset.tuple.dport} for this address`
    : `the listener of port ${reset.tuple.dport} is bound elsewhere`

// Beside a listener that would take the SYN it is not said that nothing listens.
const takerText = ({ after }: Case): { why: string; because: string } | undefined => {
  if (after?.answer.hidden === true)
    return {
      why: 'a BPF program hides the listener',
      because:
        'a listener would take it, but a BPF program (sk_lookup) of the network namespace drops it or chooses another socket: bpftool net, bpftool prog list',
    }
  if (after?.answer.found === 'listener')
    return {
      why: 'a listener is there now, and was not found for this SYN',
      because:
        'right after it a listener would take it: one that was not there yet, or that is bound to another interface or VRF than the SYN came by',
    }
  return undefined
}
