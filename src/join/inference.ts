// SPDX-License-Identifier: MIT
// What the end that got a RST had inferred of its sender, held against what the sender's own kernel says.
import type { CauseId } from '../verdict/causes.ts'
import type { Half } from './half.ts'

/**
 * `right`: it says what was so. `weaker`: nothing of it is false, and it says less. `wrong`: it names another doer. `none`: a RST that
 * was ignored, of whose sender nothing is said.
 */
export const INFERENCES = ['right', 'weaker', 'wrong', 'none'] as const
export type Inference = (typeof INFERENCES)[number]

/** Causes of a RST that came, by what is so on the sender's side; those that are in no list are wrong. */
type Truth = { right: readonly CauseId[]; weaker: readonly CauseId[] }

/** It says of its sender no more than that it was the peer, and of this host's state the rest. */
const ANY_PEER: readonly CauseId[] = ['time-wait-assassinated']

/** A socket of the peer's was reset: by its program, a timer, an administrator. */
const ABORT: Truth = { right: ['peer-aborted', ...ANY_PEER], weaker: ['handshake-abandoned'] }

/** The peer's kernel had no socket that would take the segment, or none any more. */
const GONE: Truth = {
  right: ['peer-has-no-socket', 'connection-refused', ...ANY_PEER],
  // After the peer's FIN nothing else is to be expected. `idle-expiry` says: a box, or the peer, forgot it.
  weaker: ['write-after-peer-close', 'idle-expiry', 'handshake-abandoned'],
}

/** The program had closed before the data came: its kernel has no socket for it any more. */
const CLOSED: Truth = {
  right: ['write-after-peer-close', 'peer-aborted', ...ANY_PEER],
  weaker: ['peer-has-no-socket', 'idle-expiry'],
}

/** A program gave up what it had begun to open. */
const GIVEN_UP: Truth = { right: ['handshake-abandoned', ...ANY_PEER], weaker: ['peer-has-no-socket'] }

/** The other end's segment was at fault: that the RST came from a kernel without a socket for it says less. */
const REFUSED: Truth = { right: ANY_PEER, weaker: ['peer-has-no-socket', 'handshake-abandoned', 'connection-refused'] }

/** What is so by the cause that the sender's kernel proves. */
const TRUTHS: Partial<Record<CauseId, Truth>> = {
  'no-listener': GONE,
  'no-socket': GONE,
  'bad-ack-to-listener': GONE,
  // It has one, which takes nothing that comes by that interface.
  'wrong-device': { ...GONE, right: ANY_PEER, weaker: [...GONE.weaker, 'peer-has-no-socket', 'connection-refused'] },
  'time-wait-overflow': { ...GONE, right: ['write-after-peer-close', ...GONE.right] },
  'time-wait': { right: ['write-after-peer-close', ...GONE.right], weaker: ['idle-expiry'] },
  // Before the kernel answers for a socket that was never accepted, it is a kernel's doing and a program's fault.
  'accept-queue-overflow': { right: ANY_PEER, weaker: ['peer-has-no-socket', 'connection-refused'] },
  'listener-closed': {
    right: ['peer-aborted', ...ANY_PEER],
    weaker: ['peer-has-no-socket', 'handshake-abandoned', 'connection-refused'],
  },
  'firewall-reject': { right: ANY_PEER, weaker: ['connection-refused', 'peer-has-no-socket', 'handshake-abandoned'] },
  'data-after-close': CLOSED,
  'linger2-abort': { right: [...ABORT.right, 'write-after-peer-close'], weaker: ['peer-has-no-socket'] },
  'fin-wait2-timeout': { right: [...ABORT.right, 'write-after-peer-close'], weaker: ['idle-expiry'] },
  'keepalive-timeout': { ...ABORT, weaker: ['idle-expiry'] },
  'connect-abandoned': GIVEN_UP,
  'bad-ack-in-handshake': REFUSED,
  'bad-syn-ack': REFUSED,
  'invalid-syn': REFUSED,
  mptcp: { right: ['peer-aborted', 'connection-refused', ...ANY_PEER], weaker: ['peer-has-no-socket'] },
}

/** What is so of a RST that no end sent. */
const BETWEEN: Truth = { right: ['forged', 'idle-expiry', 'local-injection'], weaker: [] }

/** A host on the way, which is recorded, sent it in the name of an end. */
const BY_BOX: Truth = { right: BETWEEN.right, weaker: ['connection-refused', 'peer-has-no-socket'] }

/** What is so: the sender's cause, and whether it spoke for itself; null: none of the ends sent it. */
export const truthOf = (sent: Half | null, ownAddress: boolean): Truth => {
  if (sent === null) return BETWEEN
  return ownAddress ? (TRUTHS[sent.cause] ?? ABORT) : BY_BOX
}

/** Whether what an end made of a RST is borne out. */
export const inferenceOf = (truth: Truth, { outcome, cause }: Pick<Half, 'outcome' | 'cause'>): Inference => {
  if (outcome === 'ignored') return 'none'
  if (cause === 'unknown' || truth.weaker.includes(cause)) return 'weaker'
  return truth.right.includes(cause) ? 'right' : 'wrong'
}
