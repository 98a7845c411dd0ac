// SPDX-License-Identifier: MIT
import { isArrival, type Case } from '../../flow/case.ts'
import { flagNames } from '../../flow/states.ts'
import { spanText } from '../../time.ts'
import type { Cause } from '../cause.ts'
import { obeyedRst, repliesToNothing } from '../obeyed.ts'
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
    ...(fn === 'tcp_send_active_reset' && stack.length <= 1 ? ['missing: the stack, which names the caller'] : []),
    ...(socket?.state === 'CLOSE' && reset.stateBefore === null
      ? ['missing: the state before the reset; the change to CLOSE was not seen']
      : []),
    ...(isArrival(reset.reset) && reset.drop === null
      ? ['missing: the end of this RST; neither tcp_reset nor a drop was seen']
      : []),
    ...(reset.late === null
      ? []
      : ['missing: the content of the TCP hash at the reset; the socket that the look-up found was made after it']),
    ...(reset.rejectUnseen
      ? [
          'missing: proof that no firewall REJECT of this host sent it; the RST came in on lo, and this trace does not see REJECT or has lost events',
        ]
      : []),
    ...silentText(reset),
    ...(hasForeignTtl(reset)
      ? [
          `the RST has TTL ${segment?.ttl} and the flow has TTL ${flow?.ttl}: another machine may have sent it, so its shape proves nothing about the peer`,
        ]
      : []),
  ]
  return [seen, ...(lacks.length > 0 ? lacks : ['no rule explains this path'])]
}

const silentText = (reset: Case): string[] => {
  const { segment, socket } = obeyedRst(reset) ?? {}
  if (segment === undefined || socket?.sent_ago === undefined || !repliesToNothing(segment, socket)) return []
  return [
    `the RST answers nothing: all was acknowledged, and this host had sent nothing for ${spanText(socket.sent_ago)}: no kernel without the socket sends it of its own accord`,
  ]
}
