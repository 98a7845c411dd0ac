// SPDX-License-Identifier: MIT
import { calledBy, isFastClose, isMptcp, stackText } from '../caller.ts'
import type { Cause } from '../cause.ts'
import { repliedForSocket, segmentText } from '../replied.ts'
import { certain, type Rule } from '../rule.ts'

const cause = {
  id: 'mptcp',
  who: 'local-kernel',
  outcome: 'sent',
  brief: 'Multipath TCP refused or aborted a subflow',
  means: 'Multipath TCP refused or aborted a subflow.',
  usually: 'A join with an unknown token, a subflow that fell behind, or a connection that ran out of time.',
  next: ['nstat -az "MPTcp*" tells what was refused; ip mptcp endpoint and ip mptcp limits'],
} as const satisfies Cause

/**
 * In reply: subflow_v4_route_req, subflow_syn_recv_sock and their like call tcp_v4_send_reset (net/mptcp/subflow.c).
 */
export const mptcpRefusal = {
  cause,
  explain: (reset) => {
    const found = repliedForSocket(reset)
    if (found === undefined || !isMptcp(found.caller)) return undefined
    return certain(
      'MPTCP refused a subflow',
      `${reset.reset.fn} ran for MPTCP (${stackText(reset)}), for ${segmentText(found.segment)}`,
    )
  },
} satisfies Rule

/** Of its own accord: mptcp_subflow_reset and its like call tcp_send_active_reset (net/mptcp/subflow.c, protocol.c). */
export const mptcpAbort = {
  cause,
  explain: (reset) =>
    calledBy(reset) === 'mptcp' && !isFastClose(reset)
      ? certain(
          'MPTCP aborted one of its subflows',
          `tcp_send_active_reset ran for MPTCP, on one of its subflows (${stackText(reset)})`,
        )
      : undefined,
} satisfies Rule
