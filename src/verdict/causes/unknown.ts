// SPDX-License-Identifier: MIT
import { isArrival, type Case } from '../../flow/case.ts'
import { isForUnknown } from '../../flow/decided.ts'
import { flagNames } from '../../flow/states.ts'
import type { Socket } from '../../observation.ts'
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

/** What stands in the way of a cause: sentences of what was seen and of what was not, the first of them in plain words. */
export const missing = (reset: Case): { why: string; because: string[] } => {
  const lacks = lacksOf(reset)
  const [first = NO_RULE] = lacks
  return {
    why: `not known: ${first.why}`,
    because: [seenText(reset), ...(lacks.length > 0 ? lacks : [NO_RULE]).map(({ sentence }) => sentence)],
  }
}

type Lack = { why: string; sentence: string }

const NO_RULE: Lack = { why: 'no rule explains this path', sentence: 'no rule explains this path' }

const seenText = ({ reset: { fn, segment, socket, stack }, stateBefore }: Case): string =>
  [
    `${fn} ran`,
    ...(stack.length > 1 ? [`called by ${stack.slice(1, 5).join(' < ')}`] : []),
    ...(segment === null
      ? []
      : [`for a segment with ${flagNames(segment.flags)}, seq ${segment.seq}, ${segment.length} bytes of data`]),
    socket === null ? 'without a socket' : `on a socket in ${stateBefore ?? socket.state}`,
  ].join(', ')

const lacksOf = (reset: Case): Lack[] => {
  const { fn, segment, socket, stack, flow } = reset.reset
  const { sent_ago } = silentSocket(reset) ?? {}
  const all: (Lack | false)[] = [
    fn === 'tcp_send_active_reset' &&
      stack.length <= 1 && {
        why: 'the stack, which names the caller, is missing',
        sentence: 'missing: the stack, which names the caller',
      },
    socket?.state === 'CLOSE' &&
      reset.stateBefore === null && {
        why: 'the state before the reset was not seen',
        sentence: 'missing: the state before the reset; the change to CLOSE was not seen',
      },
    isArrival(reset.reset) &&
      reset.drop === null && {
        why: 'what became of this RST was not seen',
        sentence: 'missing: the end of this RST; neither tcp_reset nor a drop was seen',
      },
    isForUnknown(reset) && {
      why: 'netfilter dropped it before it was known for whom it was',
      sentence:
        'missing: whether the RST was for a connection of this host; netfilter dropped it before it was routed, and no look-up in the TCP hash tells',
    },
    reset.late !== null && {
      why: 'the look-up found only a socket made after it',
      sentence:
        'missing: the content of the TCP hash at the reset; the socket that the look-up found was made after it',
    },
    reset.rejectUnseen && {
      why: 'it may be of a REJECT on this host, which is not seen',
      sentence:
        'missing: proof that no firewall REJECT of this host sent it; the RST came in on lo, and this trace does not see REJECT or has lost events',
    },
    sent_ago !== undefined && {
      why: 'the RST answers nothing that this host had sent',
      sentence: `the RST answers nothing: all was acknowledged, and this host had sent nothing for ${spanText(sent_ago)}: no kernel without the socket sends it of its own accord`,
    },
    hasForeignTtl(reset) && {
      why: 'another machine may have sent it, by its TTL',
      sentence: `the RST has TTL ${segment?.ttl} and the flow has TTL ${flow?.ttl}: another machine may have sent it, so its shape proves nothing about the peer`,
    },
  ]
  return all.filter((lack) => lack !== false)
}

// The socket of a RST that answers nothing, where it is known for how long this host had sent nothing.
const silentSocket = (reset: Case): Socket | undefined => {
  const { segment, socket } = obeyedRst(reset) ?? {}
  return segment !== undefined && socket !== undefined && repliesToNothing(segment, socket) ? socket : undefined
}
