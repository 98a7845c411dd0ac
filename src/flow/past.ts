// SPDX-License-Identifier: MIT
// What this host had done with a connection before: how its last socket ended, and a handshake of which no connection came.
// A RST that answers a later segment has its cause there. No address of a socket outlives its CLOSE here: the next socket
// may have the same.
import type { Kind, Task } from '../observation.ts'
import { compareTime, type Time } from '../time.ts'
import { isReply, type Case } from './case.ts'
import { isSyn } from './segment.ts'
import type { Tuple } from './tuple.ts'

/** How the last socket of a connection ended here. */
export type Ending = {
  /** Its change to CLOSE, on whosever back. */
  closed: Kind<'state'>
  /** The change to FIN_WAIT1 or LAST_ACK before, by the close(), shutdown() or death of a process; null: none was seen. */
  shut: Kind<'state'> | null
  /** Who had owned the socket. */
  owner: Task | null
  /** Whether a RST of the peer has come since. */
  rstSince: boolean
}

/** A client's SYN of which no connection was made. */
export type Handshake = {
  syn: Kind<'packet'>
  /** The last ACK of it that a full accept queue dropped, with the listener. */
  dropped: Kind<'packet'> | null
  /** The ends of listeners since the SYN that may have had the handshake. */
  listenersClosed: Kind<'state'>[]
}

/** What is known of a connection's past when a segment of it is answered with a RST. */
export type Past = {
  ending: Ending | null
  handshake: Handshake | null
  /** The RST by which this host had ended the connection already. */
  earlier: Case | null
  /** The RST of the peer that had ended it. */
  obeyed: Case | null
  /** What it had done before this moment may be forgotten; null: it would be known. */
  forgotBefore: Time | null
}

/** Nothing is known. */
export const NO_PAST: Past = { ending: null, handshake: null, earlier: null, obeyed: null, forgotBefore: null }

/** What is kept of it between events. */
export type Remembered = Omit<Past, 'handshake'> & { syn: Kind<'packet'> | null; dropped: Kind<'packet'> | null }

/** Of a connection that was never heard of. */
export const nothingRemembered = (): Remembered => ({
  ending: null,
  earlier: null,
  obeyed: null,
  forgotBefore: null,
  syn: null,
  dropped: null,
})

/** A segment came: a SYN begins anew, and an ACK may be one that a full accept queue drops. */
export const rememberPacket = (past: Remembered, packet: Kind<'packet'>) => {
  if (isSyn(packet.segment)) Object.assign(past, { ...nothingRemembered(), syn: packet })
  if (packet.fn === 'tcp_check_req') past.dropped = packet
}

/** A socket of the connection changed its state; `ending` is how, when that was its end. */
export const rememberState = (past: Remembered, { from, to }: Kind<'state'>, ending: Ending | null) => {
  if (to === 'ESTABLISHED' || to === 'SYN_SENT') Object.assign(past, nothingRemembered())
  // A handshake has become a socket, maybe one that ends at once.
  if (from === 'SYN_RECV') Object.assign(past, { syn: null, dropped: null })
  if (ending !== null) past.ending = ending
}

/** A case was opened: whether its RST ends the connection, so that what comes later is answered, or ignored, because of it. */
export const rememberCase = (past: Remembered, one: Case) => {
  if (past.earlier === null && endsConnection(one)) past.earlier = one
  if (one.reset.fn === 'tcp_reset' && one.withoutRst === null) past.obeyed ??= one
}

const endsConnection = ({ reset }: Case) =>
  reset.fn === 'tcp_send_active_reset' ||
  (isReply(reset) &&
    reset.socket !== null &&
    !['SYN_SENT', 'SYN_RECV'].includes(reset.socket.state) &&
    (reset.socket.state !== 'LISTEN' || reset.stack[1] === 'tcp_check_req'))

/** The past at a reset. `closedSince` gives the ends of the listeners that may take the connection. */
export const pastOf = (
  { ending, earlier, obeyed, forgotBefore, syn, dropped }: Remembered,
  reset: Kind<'reset'>,
  rsts: readonly Kind<'packet'>[],
  closedSince: (tuple: Tuple, since: Kind<'packet'>['at']) => Kind<'state'>[],
): Past => ({
  ending:
    ending === null ? null : { ...ending, rstSince: rsts.some(({ at }) => compareTime(at, ending.closed.at) > 0) },
  handshake: syn === null ? null : { syn, dropped, listenersClosed: closedSince(reset.tuple, syn.at) },
  earlier,
  obeyed,
  forgotBefore,
})
