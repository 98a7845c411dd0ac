// SPDX-License-Identifier: MIT
import { isArrival, type Case } from '../../flow/case.ts'
import { flagNames } from '../../flow/states.ts'
import type { Cause } from '../cause.ts'
import { hasForeignTtl } from '../ttl.ts'

export const unknownCause = {
  id: 'unknown',
  who: 'unknown',
  outcome: null,
  brief: 'the evidence does not name a cause; the verdict says what is missing',
  means: 'The evidence does not name a cause. The verdict says what is missing, or that no rule explains the path.',
  usually:
    'Events were lost, a probe could not attach, the connection is older than the trace, or the cause has no rule yet.',
  next: [
    'trace-reset doctor, for what is missing here',
    'trace again with --record FILE and keep the file: it replays anywhere',
  ],
} as const satisfies Cause

/** What stands in the way of a cause: sentences of what was seen and of what was not. */
export const missing = (reset: Case): string[] => {
  const { fn, segment, socket, stack, flow } = reset.reset
  const seen = [
    `${fn} ran`,
    ...(stack.length > 1 ? [`called by ${stack.slice(1, 5).join(' < ')}`] : []),
    ...(segment === null
      ? []
      : [`for a segment with ${flagNames(segment.flags)}, seq ${segment.seq}, ${segment.length} bytes of data`]),
    socket === null ? 'without a socket' : `on a socket in ${reset.stateBefore ?? socket.state}`,
  ].join(', ')
  const lacks = [
    ...(fn === 'tcp_send_active_reset' && stack.length <= 1 ? ['missing: the stack, which tells who called'] : []),
    ...(socket?.state === 'CLOSE' && reset.stateBefore === null
      ? ['missing: the state until the reset; the change to CLOSE was not seen']
      : []),
    ...(isArrival(reset.reset) && reset.drop === null
      ? ['missing: what became of it; neither tcp_reset nor a drop was seen']
      : []),
    ...(reset.late === null
      ? []
      : ['missing: what the TCP hash held at that moment; what it held when it was asked was made after it']),
    ...(reset.rejectUnseen
      ? [
          'missing: whether it is of REJECT, which this trace does not see, or lost; the RST came by the loopback interface, as that of a rule for what this host itself sends does',
        ]
      : []),
    ...(hasForeignTtl(reset)
      ? [
          `the RST has TTL ${segment?.ttl} and the flow has TTL ${flow?.ttl}: another machine may have sent it, so its shape proves nothing of the peer`,
        ]
      : []),
  ]
  return [seen, ...(lacks.length > 0 ? lacks : ['no rule explains this path'])]
}
