// SPDX-License-Identifier: MIT
import { acceptQueueOverflow, acceptQueueOverflowLate } from './causes/accept-queue-overflow.ts'
import { badAckInHandshake } from './causes/bad-ack-in-handshake.ts'
import { badAckToListener } from './causes/bad-ack-to-listener.ts'
import { badSynAck } from './causes/bad-syn-ack.ts'
import { connectAbandoned } from './causes/connect-abandoned.ts'
import { connectionRefused } from './causes/connection-refused.ts'
import { dataAfterClose, dataLongAfterClose } from './causes/data-after-close.ts'
import { disconnect } from './causes/disconnect.ts'
import { finWait2Timeout } from './causes/fin-wait2-timeout.ts'
import { firewallReject } from './causes/firewall-reject.ts'
import { forged } from './causes/forged.ts'
import { handshakeAbandoned } from './causes/handshake-abandoned.ts'
import { idleExpiry } from './causes/idle-expiry.ts'
import { ignoredChallengeAck } from './causes/ignored-challenge-ack.ts'
import { ignoredInvalid } from './causes/ignored-invalid.ts'
import { ignoredListener } from './causes/ignored-listener.ts'
import { ignoredNoSocket } from './causes/ignored-no-socket.ts'
import { ignoredOutOfWindow } from './causes/ignored-out-of-window.ts'
import { ignoredSynSent } from './causes/ignored-syn-sent.ts'
import { ignoredTimeWait } from './causes/ignored-time-wait.ts'
import { invalidSyn } from './causes/invalid-syn.ts'
import { keepaliveTimeout } from './causes/keepalive-timeout.ts'
import { lingerZero } from './causes/linger-zero.ts'
import { linger2OnAck, linger2OnClose } from './causes/linger2-abort.ts'
import { listenerClosed, listenerClosedInHandshake } from './causes/listener-closed.ts'
import { localInjection } from './causes/local-injection.ts'
import { mptcpAbort, mptcpRefusal } from './causes/mptcp.ts'
import { noListener } from './causes/no-listener.ts'
import { noSocket } from './causes/no-socket.ts'
import { outOfMemory } from './causes/out-of-memory.ts'
import { peerAborted } from './causes/peer-aborted.ts'
import { peerHasNoSocket } from './causes/peer-has-no-socket.ts'
import { processDied } from './causes/process-died.ts'
import { socketKilled } from './causes/socket-killed.ts'
import { spuriousCloseReset } from './causes/spurious-close-reset.ts'
import { timeWaitAssassinated } from './causes/time-wait-assassinated.ts'
import { timeWaitOverflow } from './causes/time-wait-overflow.ts'
import { timeWait } from './causes/time-wait.ts'
import { unknownCause } from './causes/unknown.ts'
import { unreadDataOnClose, unreadOnMptcpClose } from './causes/unread-data-on-close.ts'
import { listenerOnOtherDevice, socketOnOtherDevice } from './causes/wrong-device.ts'
import { writeAfterPeerClose } from './causes/write-after-peer-close.ts'
import type { Rule } from './rule.ts'

/**
 * Every rule, in the order in which they are tried: the first that explains a case names its cause, and where none does
 * it is `unknown`. `Before` says why a place carries weight; the other places carry none, since no later rule explains
 * the same case. test/verdict/table.test.ts holds both. The list of causes, the docs and the type of the ids come from
 * here too.
 */
export const RULES = [
  // SENT in reply to a segment.

  noListener,
  noSocket,
  listenerOnOtherDevice,
  socketOnOtherDevice,
  connectAbandoned,
  timeWaitOverflow,
  firewallReject,
  // Before every other reply for a socket: MPTCP calls for a RST in any state, and only the caller tells.
  mptcpRefusal,
  // Before dataAfterClose: the ACK of the FIN may carry data, and without tcp_reset TCP_LINGER2 is the reason.
  linger2OnAck,
  // Before timeWait: an orphan in FIN_WAIT2 is kept as a time-wait, and data for it came after the close.
  dataAfterClose,
  dataLongAfterClose,
  timeWait,
  // Before badAckInHandshake: tcp_check_req resets for the SYN, also where the socket is in SYN_RECV (TCP Fast Open).
  invalidSyn,
  acceptQueueOverflow,
  acceptQueueOverflowLate,
  badAckInHandshake,
  badAckToListener,
  badSynAck,

  // SENT of its own accord. Each rule asks who called tcp_send_active_reset.

  socketKilled,
  keepaliveTimeout,
  finWait2Timeout,
  mptcpAbort,
  listenerClosed,
  listenerClosedInHandshake,
  unreadDataOnClose,
  unreadOnMptcpClose,
  processDied,
  spuriousCloseReset,
  lingerZero,
  disconnect,
  linger2OnClose,
  outOfMemory,

  // RECEIVED and obeyed.

  // Before all others: what a program of this host writes says nothing of the peer, whatever its shape.
  localInjection,
  connectionRefused,
  handshakeAbandoned,
  timeWaitAssassinated,
  // Before idleExpiry and peerHasNoSocket: all three see a kernel's reply, and the peer's FIN says most.
  writeAfterPeerClose,
  // Before forged and peerAborted: a box that resets when its time is up has a TTL of its own, and may set ACK. Before
  // peerHasNoSocket: the same reply, and the silence says more.
  idleExpiry,
  // Those around it refuse a RST that may be of another sender (explainObeyed): its shape says nothing of the peer.
  forged,
  // Before peerHasNoSocket: of two RSTs the second is a kernel's reply, and the first says more.
  peerAborted,
  peerHasNoSocket,

  // RECEIVED and ignored.

  // Before the rest: the kernel dropped it before it looked at the number that they judge by.
  ignoredInvalid,
  ignoredTimeWait,
  // Before ignoredNoSocket: a look-up that found SYN_SENT counts more than the kernel's reason NO_SOCKET.
  ignoredSynSent,
  ignoredListener,
  // Before the two below: for the kernel's reason NO_SOCKET a connection that was looked up came later.
  ignoredNoSocket,
  ignoredOutOfWindow,
  ignoredChallengeAck,
] as const satisfies readonly Rule[]

/** The id of a cause: stable in output, recordings, options and scripts. */
export type CauseId = (typeof RULES)[number]['cause']['id'] | typeof unknownCause.id

/** Every cause once, in the order of the rules, `unknown` last. */
export const CAUSE_LIST = [...new Set(RULES.map(({ cause }) => cause)), unknownCause]
