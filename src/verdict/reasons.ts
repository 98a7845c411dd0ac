// SPDX-License-Identifier: MIT
// What the kernel itself says, where it says anything: a reason for each RST that it sends (enum sk_rst_reason, 6.12 and
// later) and for each packet that it drops (enum skb_drop_reason, 6.1 and later). Several causes share a reason, so none
// names a cause; one that does not go with the cause is a contradiction, and is told.
import type { Case } from '../flow/case.ts'
import type { CauseId } from './causes.ts'

/** The reasons that go with a cause (net/ipv4/tcp.c, tcp_timer.c, tcp_minisocks.c, tcp_ipv4.c of Linux 6.12). */
const SENT_FOR: Partial<Record<CauseId, readonly string[]>> = {
  'no-listener': ['NO_SOCKET'],
  'no-socket': ['NO_SOCKET'],
  'unread-data-on-close': ['TCP_ABORT_ON_CLOSE'],
  'process-died': ['TCP_ABORT_ON_CLOSE'],
  'linger-zero': ['TCP_STATE', 'TCP_DISCONNECT_WITH_DATA'],
  disconnect: ['TCP_STATE', 'TCP_DISCONNECT_WITH_DATA'],
  'listener-closed': ['TCP_STATE', 'TCP_DISCONNECT_WITH_DATA'],
  'socket-killed': ['TCP_STATE'],
  'keepalive-timeout': ['TCP_KEEPALIVE_TIMEOUT'],
  'fin-wait2-timeout': ['TCP_STATE'],
  'linger2-abort': ['TCP_ABORT_ON_LINGER', 'TCP_ABORT_ON_DATA'],
  'data-after-close': ['TCP_ABORT_ON_DATA', 'TCP_TIMEWAIT_SOCKET'],
  'out-of-memory': ['TCP_ABORT_ON_MEMORY'],
  'accept-queue-overflow': ['INVALID_SYN'],
  'invalid-syn': ['INVALID_SYN'],
  'bad-ack-to-listener': ['TCP_FLAGS'],
  'bad-ack-in-handshake': ['TCP_FLAGS', 'TCP_OLD_ACK', 'TCP_TOO_OLD_ACK', 'TCP_ACK_UNSENT_DATA'],
  'bad-syn-ack': ['TCP_INVALID_ACK_SEQUENCE', 'TCP_RFC7323_PAWS'],
  'time-wait': ['TCP_TIMEWAIT_SOCKET'],
}

/** TCP_RESET says of a RST that it was not honoured (net/ipv4/tcp_input.c, tcp_validate_incoming). */
const DROPPED_FOR: Partial<Record<CauseId, readonly string[]>> = {
  'ignored-out-of-window': ['TCP_INVALID_SEQUENCE', 'TCP_INVALID_END_SEQUENCE', 'TCP_OLD_SEQUENCE'],
  'ignored-challenge-ack': ['TCP_RESET'],
  'ignored-no-socket': ['NO_SOCKET'],
}

/** The kernel's own reasons for what happened, in sentences, and whether one of them goes against the cause. */
export const reasonText = ({ reset, drop }: Case, cause: CauseId): { because: string[]; against: boolean } => {
  const sent = told("the kernel's own reason", reset.reason, SENT_FOR[cause])
  // Where there is a reason for dropping it, the rule has quoted it.
  const dropped = told("the kernel's reason for dropping it", drop?.reason ?? null, DROPPED_FOR[cause])
  return {
    because: [...(reset.reason === null ? [] : [sent.text]), ...(dropped.against ? [dropped.text] : [])],
    against: sent.against || dropped.against,
  }
}

const told = (what: string, reason: string | null, expected: readonly string[] | undefined) => {
  const against = reason !== null && reason !== 'NOT_SPECIFIED' && expected !== undefined && !expected.includes(reason)
  const doubt = against ? `, and not ${expected.join(' or ')}, which goes with this cause: one of the two is wrong` : ''
  return { text: `${what}: ${reason}${doubt}`, against }
}
