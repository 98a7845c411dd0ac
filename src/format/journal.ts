// SPDX-License-Identifier: MIT
// A verdict as an entry of the systemd journal.
import { endpoint } from '../flow/tuple.ts'
import { isoTime } from '../time.ts'
import type { Verdict } from '../verdict/verdict.ts'
import { SIGNS } from './head.ts'
import { judged } from './sentence.ts'
import type { Start } from './sink.ts'
import { printable } from './text.ts'

/** What every such entry has in common (sd-id128): `journalctl MESSAGE_ID=...` gives all of them. */
export const MESSAGE_ID = '68fe259335b7475687aa102615d02709'

/** syslog's numbers: a warning, or for a RST that changed nothing a word. */
const PRIORITIES = { sent: 4, received: 4, ignored: 6 } as const

/**
 * The fields of an entry, `NAME=value` a line, as `logger --journald` reads them. No value has a line break: control characters
 * are written as `\xNN`. For OBJECT_PID journald adds the names that it knows of the connection's owner (systemd.journal-fields(7)).
 */
export const journalEntry = (verdict: Verdict, { boot }: Start): string => {
  const { tuple, outcome, owner } = verdict
  const local = endpoint(tuple.daddr, tuple.dport)
  const peer = endpoint(tuple.saddr, tuple.sport)
  const fields: Record<string, string | number> = {
    MESSAGE: `${local} ${SIGNS[outcome]} ${peer} ${verdict.cause}: ${judged(verdict)}`,
    MESSAGE_ID,
    PRIORITY: PRIORITIES[outcome],
    SYSLOG_IDENTIFIER: 'trace-reset',
    ...(owner === null ? {} : { OBJECT_PID: owner.pid }),
    TCP_RESET_TIME: isoTime(verdict.at, boot),
    TCP_RESET_CAUSE: verdict.cause,
    TCP_RESET_WHO: verdict.who,
    TCP_RESET_OUTCOME: outcome,
    TCP_RESET_CONFIDENCE: verdict.confidence,
    TCP_RESET_PEER: tuple.saddr,
    TCP_RESET_PEER_PORT: tuple.sport,
    TCP_RESET_LOCAL: tuple.daddr,
    TCP_RESET_LOCAL_PORT: tuple.dport,
  }
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${printable(String(value))}\n`)
    .join('')
}
