// SPDX-License-Identifier: MIT
import { calledBy, stackText } from '../caller.ts'
import type { Cause } from '../cause.ts'
import { closerText, endingText, inStateText } from '../closer.ts'
import { kernelsOwn, kernelText } from '../kernelThread.ts'
import { certain, type Rule } from '../rule.ts'

const cause = {
  id: 'linger-zero',
  who: 'local-app',
  outcome: 'sent',
  brief: 'close() with SO_LINGER 0',
  means: 'A local process closed the connection with SO_LINGER on and a time of 0: TCP sends RST instead of FIN.',
  usually:
    'A proxy, a load tester or a health checker that avoids TIME_WAIT sockets on purpose, or aborts after its timeout.',
  next: [
    'look for SO_LINGER in the program or its settings: option nolinger in HAProxy, SetLinger(0) in Go, resetAndDestroy() in Node.js',
    'the log of the process at that moment: was it an abort after a timeout?',
  ],
  rstReasons: ['TCP_STATE', 'TCP_DISCONNECT_WITH_DATA'],
} as const satisfies Cause

/** __tcp_close calls tcp_disconnect for SO_LINGER with a time of 0, and that tcp_send_active_reset (net/ipv4/tcp.c). */
export const lingerZero = {
  cause,
  explain: (reset) => {
    const { socket } = reset.reset
    if (calledBy(reset) !== 'linger' || socket?.linger !== true || socket.lingertime !== 0) return undefined
    return {
      ...certain(
        `${closerText(reset.closer)} closed it${inStateText(reset)} with SO_LINGER 0`,
        `tcp_send_active_reset ran in tcp_disconnect below close() by ${closerText(reset.closer)} (${stackText(reset)})`,
        'SO_LINGER is on with a time of 0',
        ...endingText(reset.closer),
        ...kernelText(reset),
      ),
      ...kernelsOwn(reset),
    }
  },
} satisfies Rule
