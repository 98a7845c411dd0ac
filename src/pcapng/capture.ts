// SPDX-License-Identifier: MIT
import { describeFilter } from '../filter/describe.ts'
import { filterOf } from '../filter/recorded.ts'
import type { Step } from '../flow/steps.ts'
import type { Tuple } from '../flow/tuple.ts'
import type { Start } from '../format/sink.ts'
import { printable } from '../format/text.ts'
import type { Observation } from '../observation.ts'
import { nanoseconds, type Time } from '../time.ts'
import type { Verdict } from '../verdict/verdict.ts'
import { concat, enhancedPacket, interfaceDescription, sectionHeader } from './blocks.ts'
import { createHeld, type HeldPacket } from './held.ts'
import { rebuild, type Fields } from './packet.ts'
import { rstComments, stepComment } from './comments.ts'

/**
 * A capture that is being made: each gives the bytes that are to be written next, often none. `start` comes once for each of
 * several recordings, and begins a section of its own.
 */
export type Capture = {
  start: (start: Start) => Uint8Array
  /** Takes an Observation as it is read: losses are counted, and time goes on. */
  see: (observation: Observation, start: Start) => Uint8Array
  verdict: (verdict: Verdict, start: Start) => Uint8Array
  step: (step: Step, start: Start) => Uint8Array
  end: (start: Start) => Uint8Array
}

const REBUILT =
  'The packets are rebuilt from the header fields that the kernel showed: no options, no payload. ' +
  'A RST that this host sent follows from the segment that it answers or from its socket; its window, TTL and IP-ID were not seen. ' +
  'Comments have the verdicts of trace-reset.'

type Packet = {
  at: Time
  tuple: Tuple
  dev: string | null
  fields: Fields
  direction: 'in' | 'out'
  skb: string | null
}

/**
 * Verdicts and steps as a pcapng stream, for Wireshark: a packet for each RST with the verdict in its comments, and with
 * `--packets` one for each segment with its steps. An interface is described when its first packet comes.
 */
export const createCapture = (): Capture => {
  const interfaces = new Map<string, number>()
  const held = createHeld()
  let dropped = 0
  let last: Start | undefined

  const write = (packet: Packet, { boot, filter }: Start, comments: readonly string[], pid: number | null) => {
    const { tuple, dev, direction } = packet
    const name = `${printable(dev ?? 'any')}@${tuple.netns}`
    const known = interfaces.get(name)
    const number = known ?? interfaces.size
    interfaces.set(name, number)
    const block = enhancedPacket({
      ...rebuild(packet.fields, tuple, direction),
      interface: number,
      time: nanoseconds(packet.at) + nanoseconds(boot),
      comments: comments.map(printable),
      direction,
      dropped,
      id: packet.skb === null ? null : packetId(packet.skb),
      pid,
    })
    dropped = 0
    return known === undefined ? concat([interfaceDescription({ name, description: of(tuple, filter) }), block]) : block
  }

  const release = (packets: readonly HeldPacket[], start: Start) =>
    concat(packets.map(({ step, segment, comments }) => write(ofStep(step, segment), start, comments, null)))

  return {
    start: (start) => {
      const before = last === undefined ? new Uint8Array() : release(held.all(), last)
      last = start
      interfaces.clear()
      const os = `Linux ${printable(start.kernel)}`
      const application = `trace-reset ${printable(start.tool)}`
      return concat([before, sectionHeader({ comment: REBUILT, os, application })])
    },
    see: (observation, start) => {
      if (observation.kind === 'lost' && observation.what === 'events') dropped += observation.count
      return observation.kind === 'tick' ? release(held.before(observation.at), start) : new Uint8Array()
    },
    verdict: (verdict, start) => write(ofVerdict(verdict), start, rstComments(verdict), verdict.owner?.pid ?? null),
    step: (step, start) => release(held.add(step, stepComment(step)), start),
    end: (start) => release(held.all(), start),
  }
}

const of = ({ netns }: Tuple, filter: Start['filter']) =>
  `network namespace ${netns}; trace-reset filter: ${printable(typeof filter === 'string' ? filter : describeFilter(filterOf(filter)))}`

const ofStep = ({ call }: Step, segment: HeldPacket['segment']): Packet => ({
  at: call.at,
  tuple: call.tuple,
  dev: segment.dev ?? null,
  fields: segment,
  direction: 'in',
  skb: segment.skb,
})

// A recording numbers segments; before schema 6 it has their addresses in memory.
const packetId = (skb: string) => BigInt(skb.startsWith('skb') ? skb.slice('skb'.length) : `0x${skb}`)

/** A RST of which nothing was seen but that it was; its comment says so. */
const UNSEEN: Fields = { flags: 4, seq: 0, ack: 0, window: 0, length: 0, ttl: 64, ip_id: 0 }

const ofVerdict = ({ at, tuple, dev, rst }: Verdict): Packet => ({
  at,
  tuple,
  dev,
  fields: rst ?? UNSEEN,
  direction: rst?.from === 'packet' ? 'in' : 'out',
  // What is answered is another packet.
  skb: rst?.from === 'packet' ? rst.skb : null,
})
