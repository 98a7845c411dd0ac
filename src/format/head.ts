// SPDX-License-Identifier: MIT
// The head of a verdict in the table: when, between whom, in which direction, and the cause.
import type { Verdict } from '../verdict/verdict.ts'
import { endpoint } from '../flow/tuple.ts'
import { coloured } from './colour.ts'
import { padded } from './text.ts'

/** Columns of HH:MM:SS with the space behind it: sentences begin there. */
export const INDENT = 9
/** Columns of the longest IPv4 endpoint. */
export const ENDPOINT = 21
/** Columns of a head in one line, with the longest cause. */
const WHOLE = 77

/** Sent by this host, received, received and ignored: as it stands between the two ends. */
export const SIGNS = { sent: '>', received: '<', ignored: 'x' } as const

/** The head of the table, for a page of `width` columns; Infinity: whatever it takes, a verdict has one line. */
export const headings = (width: number): string => headLine('TIME', 'LOCAL', ' ', 'PEER', 'CAUSE', width)

/** The head of a verdict, for such a page. */
export const headOf = ({ tuple, outcome, cause }: Verdict, time: string, width: number, paint: boolean): string =>
  headLine(
    time,
    endpoint(tuple.daddr, tuple.dport),
    coloured(SIGNS[outcome], outcome, paint),
    endpoint(tuple.saddr, tuple.sport),
    coloured(cause, outcome, paint),
    width,
  )

/** A head with these cells; where an IPv6 address or a narrow page leaves no room, the peer and the cause take a second line. */
export const headLine = (
  time: string,
  local: string,
  sign: string,
  peer: string,
  cause: string,
  width: number,
): string => {
  const left = `${padded(time, INDENT)}${padded(local, ENDPOINT)} ${sign} `
  const fits = width === Infinity || (width >= WHOLE && local.length <= ENDPOINT && peer.length <= ENDPOINT)
  if (fits) return `${left}${padded(peer, ENDPOINT)} ${cause}\n`
  const column = width >= WHOLE ? WHOLE - CAUSE : INDENT + ENDPOINT + 1
  return `${padded(time, INDENT)}${local}\n${' '.repeat(INDENT - 2)}${sign} ${padded(peer, column - INDENT - 1)} ${cause}\n`
}

/** Columns of the longest cause. */
const CAUSE = 22
