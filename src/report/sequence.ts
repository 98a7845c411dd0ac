// SPDX-License-Identifier: MIT
// What happened on a connection up to its reset, as the arrows and notes of a sequence diagram.
import { errnoName } from '../flow/errno.ts'
import { isRst } from '../flow/segment.ts'
import { FLAG, flagNames } from '../flow/states.ts'
import { endpoint } from '../flow/tuple.ts'
import { printable } from '../format/text.ts'
import type { Answer, Kind, Segment } from '../observation.ts'
import { nanosecondsBetween, spanText, type Time } from '../time.ts'
import type { Verdict } from '../verdict/verdict.ts'
import { callOf, strangerOf } from './actor.ts'
import type { Event } from './trail.ts'

/** A line of life: who it is, and what is said below that. */
export type Lane = { id: LaneId; title: string; note: string }
export type LaneId = 'peer' | 'stranger' | 'here' | 'owner' | 'by'

/** How a thing is drawn: as a packet, as a call, as the reset, or as one that changed nothing. */
export type Look = 'packet' | 'call' | 'reset' | 'ignored'

/** When (from the reset on, as text), and an arrow between two lanes or a note on one. */
export type Item =
  | { when: string; kind: 'arrow'; from: LaneId; to: LaneId; look: Look; label: string; detail: string }
  | { when: string; kind: 'note'; on: LaneId; label: string; detail: string }

export type Sequence = { lanes: Lane[]; items: Item[]; left: number }

/** Items before the reset that are drawn; `left` counts those before them. */
const MOST_DRAWN = 24

/** The sequence of a verdict, from what was seen of its connection. */
export const sequence = (verdict: Verdict, events: readonly Event[]): Sequence => {
  const before = events.filter((event) => event.kind !== 'lookup' || event.why === 'first')
  const told = steps(before.filter((event) => !isOfReset(event, verdict))).map((step) => step(verdict.at))
  const shown = told.slice(-MOST_DRAWN)
  const answer = events.find((event) => event.kind === 'lookup' && event.why === 'reset')
  const items = [...shown, ...theReset(verdict), ...(answer?.kind === 'lookup' ? [lookupItem(answer)(verdict.at)] : [])]
  const lanes = lanesOf(verdict, events)
  return { lanes, items: items.map((item) => withoutEcho(item, lanes)), left: told.length - shown.length }
}

// Who stands above a lane is not named at each of its arrows.
const withoutEcho = (item: Item, lanes: readonly Lane[]): Item =>
  item.kind === 'arrow' && lanes.some(({ id, title }) => id === item.from && title === item.detail)
    ? { ...item, detail: '' }
    : item

// The RST that the verdict is about, which its last items tell.
const isOfReset = (event: Event, { at, segment }: Verdict) =>
  (event.kind === 'reset' && nanosecondsBetween(event.at, at) === 0) ||
  (segment !== null &&
    (event.kind === 'packet' || event.kind === 'reset') &&
    event.segment?.skb === segment.skb &&
    event.segment.seq === segment.seq)

/** Made with the moment of the reset, which all others are told from. */
type Step = (reset: Time) => Item

const steps = (events: readonly Event[]): Step[] => {
  const made: Step[] = []
  let parts: Part[] = []
  const flush = () => {
    if (parts.length > 0) made.push(packetItem(parts))
    parts = []
  }
  for (const event of events) {
    // The functions that a packet comes to, one after the other, are one arrow, and that it is seen between them is no other.
    if (event.kind !== 'call' && event.kind !== 'packet') {
      flush()
      made.push(itemOf(event))
    } else {
      if (!parts.every((part) => isOfOne(part, event))) flush()
      parts.push(event)
    }
  }
  flush()
  return made
}

/** What is seen of a packet: that it came, and each function that it comes to. */
type Part = Kind<'call'> | Kind<'packet'>

const isOfOne = (one: Part, other: Part) =>
  one.segment !== null &&
  one.segment.skb === other.segment?.skb &&
  one.segment.seq === other.segment.seq &&
  (one.kind === 'call' || other.kind === 'call')

const packetItem = (parts: readonly Part[]): Step => {
  const calls = parts.filter((part) => part.kind === 'call')
  const [came] = parts.filter((part) => part.kind === 'packet')
  return calls.length === 0 && came !== undefined ? itemOf(came) : callItem(calls)
}

const itemOf = (event: Exclude<Event, Kind<'call'>>): Step => {
  switch (event.kind) {
    case 'packet':
      return arrow(event.at, 'peer', 'here', 'packet', titleOf(event.segment), numbers(event.segment))
    case 'state':
      return note(
        event.at,
        'here',
        `${event.from} → ${event.to}`,
        event.sk_err === undefined || event.sk_err === 0 ? '' : errnoName(event.sk_err),
      )
    case 'owner':
      return event.fn === 'proc'
        ? note(event.at, 'here', `held by ${taskText(event.task)}`, 'found in /proc as the trace began')
        : arrow(event.at, 'owner', 'here', 'call', `${event.fn}()`, taskText(event.task))
    case 'reset': {
      const cameIn = event.segment !== null && isRst(event.segment)
      const detail = event.segment === null || !cameIn ? '' : numbers(event.segment)
      return cameIn
        ? arrow(event.at, 'peer', 'here', 'packet', 'RST, an earlier one', detail)
        : arrow(event.at, 'here', 'peer', 'packet', 'RST, an earlier one', detail)
    }
    case 'lookup':
      return lookupItem(event)
  }
}

const callItem = (calls: readonly Kind<'call'>[]): Step => {
  const [first] = calls
  if (first === undefined) throw new Error('no call')
  const path = calls.map(({ fn, reason, location }) =>
    location === null ? fn : `${fn} by ${location}${reason === null ? '' : `, ${reason}`}`,
  )
  const { segment } = first
  if (segment === null) return note(first.at, 'here', pathText(path), first.socket?.state ?? '')
  if (first.fn === 'kfree_skb') return note(first.at, 'here', `dropped: ${flagNames(segment.flags)}`, pathText(path))
  const out = calls.some(({ fn }) => /xmit|output|send|transmit/.test(fn))
  const [from, to] = out ? (['here', 'peer'] as const) : (['peer', 'here'] as const)
  return arrow(first.at, from, to, 'packet', titleOf(segment), pathText(path))
}

/** Characters that have room between two lanes. */
const LONGEST_PATH = 40

const pathText = (path: readonly string[]) => {
  const whole = path.join(' › ')
  return whole.length <= LONGEST_PATH || path.length < 3 ? whole : `${path[0]} › … › ${path.at(-1)}`
}

const lookupItem = ({ at, answer, why }: Kind<'lookup'>): Step =>
  note(
    at,
    'here',
    `TCP hash: ${answerText(answer)}`,
    why === 'first' ? 'when the flow was first seen' : 'after the reset',
  )

const answerText = ({ found, state, substate, error }: Answer) => {
  if (found === null) return `no answer, ${error}`
  if (found === 'none') return 'nothing'
  return found === 'listener' ? 'a listener, no socket' : (substate ?? state ?? found)
}

const theReset = (verdict: Verdict): Item[] => {
  const { at, outcome, segment } = verdict
  if (outcome === 'sent') return sentReset(verdict)
  const sender: LaneId = strangerOf(verdict) === undefined ? 'peer' : 'stranger'
  const label = segment === null ? 'RST' : titleOf(segment)
  const detail = segment === null ? '' : numbers(segment)
  return outcome === 'received'
    ? [arrow(at, sender, 'here', 'reset', label, detail)(at)]
    : [arrow(at, sender, 'here', 'ignored', `${label}, ignored`, detail)(at)]
}

const sentReset = (verdict: Verdict): Item[] => {
  const { at, by, segment, resetReason } = verdict
  // A firewall stands before TCP. What has no interface yet is what this host itself was sending (flow/rejected.ts).
  const sender: LaneId = strangerOf(verdict) === undefined ? 'here' : 'stranger'
  const receiver: LaneId = sender === 'stranger' && segment?.dev === undefined ? 'here' : 'peer'
  const call = callOf(verdict)
  return [
    ...(segment === null
      ? []
      : [arrow(at, receiver, sender, 'packet', `${titleOf(segment)}, answered`, numbers(segment))(at)]),
    ...(call === undefined ? [] : [arrow(at, by === null ? 'owner' : 'by', 'here', 'call', call)(at)]),
    arrow(at, sender, receiver, 'reset', 'RST', resetReason ?? '')(at),
  ]
}

const lanesOf = (verdict: Verdict, events: readonly Event[]): Lane[] => {
  const { tuple, by } = verdict
  const stranger = strangerOf(verdict)
  return [
    { id: 'peer', title: 'peer', note: endpoint(tuple.saddr, tuple.sport) },
    ...(stranger === undefined ? [] : [{ id: 'stranger', title: stranger, note: 'in the name of an end' } as const]),
    { id: 'here', title: "this host's TCP", note: endpoint(tuple.daddr, tuple.dport) },
    ...ownerLane(verdict, events),
    ...(by === null ? [] : [{ id: 'by', title: taskText(by), note: 'who acted' } as const]),
  ]
}

// Of a socket that is gone, the last who had it.
const ownerLane = ({ owner }: Verdict, events: readonly Event[]): Lane[] => {
  if (owner !== null)
    return [
      { id: 'owner', title: taskText(owner), note: owner.how === 'closer' ? 'the owner, who acted' : 'the owner' },
    ]
  const last = events.findLast((event) => event.kind === 'owner')
  return last?.kind === 'owner' ? [{ id: 'owner', title: taskText(last.task), note: 'had it before' }] : []
}

const taskText = ({ comm, pid }: { comm: string; pid: number }) => printable(`${comm}[${pid}]`)

const titleOf = ({ flags, length, ttl }: Segment) =>
  [flagNames(flags), ...(length === 0 ? [] : [`${length} bytes`]), `ttl ${ttl}`].join(' · ')

const numbers = ({ seq, ack, flags }: Segment) => `seq ${seq}${(flags & FLAG.ack) === 0 ? '' : ` ack ${ack}`}`

const arrow =
  (at: Time, from: LaneId, to: LaneId, look: Look, label: string, detail = ''): Step =>
  (reset) => ({
    when: since(at, reset),
    kind: 'arrow',
    from,
    to,
    look,
    label: printable(label),
    detail: printable(detail),
  })

const note =
  (at: Time, on: LaneId, label: string, detail: string): Step =>
  (reset) => ({ when: since(at, reset), kind: 'note', on, label: printable(label), detail: printable(detail) })

/** `−126 ms`, `0`, `+75.8 ms`. */
const since = (at: Time, reset: Time) => {
  const ns = nanosecondsBetween(at, reset)
  if (ns === 0) return '0'
  return ns < 0 ? `−${spanText(-ns)}` : `+${spanText(ns)}`
}
