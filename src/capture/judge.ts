// SPDX-License-Identifier: MIT
// What packets alone say of a RST. No kernel is seen, so nothing is certain: of a RST that this host sent the causes that are
// left are named, and none of them is chosen.
import { FLAG, sequenceDistance } from '../flow/states.ts'
import { spanText } from '../time.ts'
import type { Outcome } from '../verdict/cause.ts'
import type { CauseId } from '../verdict/causes.ts'
import { endOf, has, type Flow, type Side } from './flows.ts'
import type { Captured } from './segment.ts'

/** A judgement by packets: `unknown`, or what they make likely. */
export type Judged = { cause: CauseId; outcome: Outcome; why: string; because: string[] }

/** A silence from here on is long, as in src/verdict/causes/idle-expiry.ts. */
const IDLE_NS = 30_000_000_000n

const sentForUnknown = (why: string, because: string): Judged => ({
  cause: 'unknown',
  outcome: 'sent',
  why,
  because: [because, 'the kernel of this host knows which: a live trace would have told'],
})

/** Of a RST that this host sent, after what is in `flow`. */
export const judgeSent = (rst: Captured, { here, peer }: Flow): Judged => {
  if (peer === null)
    return sentForUnknown(
      'sent by this host, for reasons of its kernel',
      'the capture has no segment of the peer before it',
    )
  const asked = peer.last
  if (has(asked, FLAG.syn) && !has(asked, FLAG.ack) && here === null)
    return sentForUnknown(
      'sent in answer to a SYN: nothing listens, or a firewall rejects',
      `it answers the SYN with seq ${asked.seq}: no-listener, firewall-reject or mptcp`,
    )
  if (!has(rst, FLAG.ack))
    return sentForUnknown(
      'sent in answer to a segment that no socket took',
      `it has no ACK and its seq ${rst.seq}, so it answers a segment: no-socket, data-after-close, time-wait, firewall-reject, or one of a listener or a handshake`,
    )
  return sentForUnknown(
    'this host aborted: its program, a timer, or an administrator',
    `it has ACK ${rst.ack}, so a socket was there: unread-data-on-close, linger-zero, process-died, keepalive-timeout, socket-killed or another abort`,
  )
}

/** Of a RST that came to this host. `went on`: this host sent more on the connection afterwards. */
export const judgeCame = (rst: Captured, { here, peer }: Flow, wentOn: Captured | null): Judged => {
  if (here === null) return judged('unknown', 'a RST for a connection of which nothing was captured', numbersOf(rst))
  if (wentOn !== null)
    return judged(
      'unknown',
      'this host went on: its kernel did not obey the RST',
      `${spanText(Number(wentOn.at - rst.at))} after the RST this host sent seq ${wentOn.seq} on the same connection`,
      numbersOf(rst),
    )
  if (peer === null) return inHandshake(rst, here)
  return inConnection(rst, here, peer)
}

const LIVE = 'what the socket was, and whether the kernel obeyed, a live trace would have told'

const judged = (cause: CauseId, why: string, ...because: string[]): Judged => ({
  cause,
  outcome: 'received',
  why,
  because: [...because, LIVE],
})

// Nothing but this host's own has been seen: a SYN that is answered, or one for a connection of before.
const inHandshake = (rst: Captured, here: Side): Judged => {
  const isSyn = here.synSeq !== null && has(here.last, FLAG.syn) && !has(here.last, FLAG.ack)
  if (isSyn && has(rst, FLAG.ack) && rst.ack === here.next)
    return judged(
      'connection-refused',
      'refused by the peer or a box before it',
      `it acknowledges the SYN of this host, ack ${rst.ack}, and nothing else had answered it`,
    )
  return judged('unknown', 'a RST that fits nothing that was captured before it', numbersOf(rst))
}

const inConnection = (rst: Captured, here: Side, peer: Side): Judged => {
  const expected = here.acked
  if (expected === null || (rst.seq !== expected && rst.seq !== peer.next))
    return judged(
      'unknown',
      'its number is not the next one: the kernel may have ignored it',
      `its seq is ${rst.seq}; this host had acknowledged ${expected ?? 'nothing'}, and the peer had sent up to ${peer.next}`,
    )
  const isHandshake =
    has(here.last, FLAG.syn) && has(here.last, FLAG.ack) && peer.segments <= 2 && !isEstablished(peer, here)
  if (isHandshake)
    return judged(
      'handshake-abandoned',
      'the peer gave up in the handshake',
      `this host had answered its SYN with seq ${here.last.seq}, and the handshake had not ended`,
    )
  if (peer.fin && here.fin)
    return judged('unknown', 'both ends had closed: a late RST', 'a FIN of each end was captured before it')
  return bySender(rst, here, peer)
}

const isEstablished = (peer: Side, here: Side) =>
  !has(peer.last, FLAG.syn) && peer.acked !== null && sequenceDistance(peer.acked, here.next) >= 0

const bySender = (rst: Captured, here: Side, peer: Side): Judged => {
  const isBare = !has(rst, FLAG.ack)
  const isAnswer = isBare && rst.window === 0 && peer.acked !== null && sequenceDistance(here.next, peer.acked) > 0
  const before = here.last.at > peer.at ? peer.at : here.last.at
  const silence = rst.at - before
  if (silence >= IDLE_NS)
    return judged(
      'unknown',
      `${spanText(Number(silence))} idle: a box, or the peer, ended it`,
      `nothing had come from one of the ends for ${spanText(Number(silence))}`,
      'idle-expiry, or what the peer did: the socket of this host knows when it last heard',
    )
  // A box that answers in the peer's name is in the right; Linux gives such a RST no IP-ID (as src/verdict/obeyed.ts has it).
  if (!peer.otherTtl && rst.ttl !== peer.ttl && !(isAnswer && rst.ip_id === 0))
    return judged(
      'forged',
      `another sender: TTL ${rst.ttl}, the flow has ${peer.ttl}`,
      `its TTL is ${rst.ttl}, and all ${peer.segments} segments of the peer had ${peer.ttl}: another machine sent it`,
    )
  if (peer.fin)
    return isAnswer
      ? judged(
          'write-after-peer-close',
          'we wrote after the peer had closed',
          `the peer's FIN was captured, and this host had sent up to ${here.next}, of which ${peer.acked} was acknowledged`,
        )
      : judged('unknown', 'a RST after the peer had closed', numbersOf(rst))
  if (!isBare)
    return judged(
      'peer-aborted',
      "the peer's program or a timer aborted",
      `its seq ${rst.seq} is the next one and it acknowledges ${rst.ack}: so the peer still had its socket, and aborted`,
    )
  if (isAnswer)
    return judged(
      'peer-has-no-socket',
      'the peer, or a firewall, does not know it',
      `it has no ACK, window 0 and seq ${rst.seq}, and this host had sent up to ${here.next}, of which ${peer.acked} was acknowledged`,
    )
  return judged('unknown', 'a RST without ACK that answers nothing', numbersOf(rst))
}

const numbersOf = (rst: Captured) =>
  `its seq is ${rst.seq}${has(rst, FLAG.ack) ? `, ack ${rst.ack}` : ', without ACK'}, window ${rst.window}, TTL ${rst.ttl}, next ${endOf(rst)}`
