// SPDX-License-Identifier: MIT
import type { Kind, Observation } from '../observation.ts'
import { nanosecondsBetween, type Time } from '../time.ts'
import type { Machine } from './order.ts'

/** One step of a packet or socket through the kernel: a call with its return, or without one that was ever seen. */
export type Step = {
  call: Kind<'call'>
  /** What the function returned, in its own words, and the nanoseconds that it took; null when it was not seen. */
  returned: { value: string; took: number } | null
}

/** How long a return may be away, in event time: the functions of the trail do not sleep. */
const LONGEST_CALL_NS = 50_000_000

/** Calls that may be open at once. */
const MOST_OPEN = 10_000

/** Steps that have no return: they are over at once. */
const EVENTS = ['kfree_skb']

type OpenCall = { step: Step; key: string; isWanted: boolean; isOver: boolean }

/**
 * Joins each call with its return and gives the steps in the order in which they began, of the calls that are wanted:
 * others are followed too, since a return does not say whose it is. A packet that came to the host by another address,
 * before NAT, has that step put before the first one that is wanted.
 */
export const pairCalls = (wanted: (call: Kind<'call'>) => boolean): Machine<Observation, Step> => {
  const queue: OpenCall[] = []
  /** Calls that have not come back, by function and caller: the last is the first to return. */
  const inside = new Map<string, OpenCall[]>()
  let now: Time = { s: 0, ns: 0 }

  const begin = (call: Kind<'call'>) => {
    const key = `${call.fn} ${call.who}`
    // Of what this host sends only a RST is told of so, for its verdict.
    const isWanted = call.way !== 'out' && wanted(call)
    if (call.was !== null)
      queue.push({ step: { call: entrance(call, call.was), returned: null }, key, isWanted, isOver: true })
    const open: OpenCall = { step: { call, returned: null }, key, isWanted, isOver: EVENTS.includes(call.fn) }
    queue.push(open)
    if (!open.isOver) inside.set(key, [...(inside.get(key) ?? []), open])
  }

  const end = ({ fn, who, at, value }: Kind<'return'>) => {
    const key = `${fn} ${who}`
    const calls = inside.get(key)
    const open = calls?.pop()
    if (calls?.length === 0) inside.delete(key)
    if (open === undefined) return
    open.step.returned = { value, took: nanosecondsBetween(at, open.step.call.at) }
    open.isOver = true
  }

  const waits = ({ step, isOver }: OpenCall) => !isOver && nanosecondsBetween(now, step.call.at) < LONGEST_CALL_NS

  const release = (all: boolean): Step[] => {
    if (queue.length === 0) return []
    const first = all ? -1 : queue.findIndex(waits)
    const done = queue.splice(0, Math.max(first < 0 ? queue.length : first, queue.length - MOST_OPEN))
    for (const open of done) if (!open.isOver) forget(open)
    return done.filter(({ isWanted }) => isWanted).map(({ step }) => step)
  }

  // A return that never comes must not be waited for, nor another's be taken for it.
  const forget = (open: OpenCall) => {
    const others = inside.get(open.key)?.filter((other) => other !== open) ?? []
    if (others.length === 0) inside.delete(open.key)
    else inside.set(open.key, others)
  }

  return {
    push: (observation) => {
      if ('at' in observation && observation.kind !== 'lookup') now = observation.at
      if (observation.kind === 'call') begin(observation)
      if (observation.kind === 'return') end(observation)
      return release(observation.kind === 'stop')
    },
    flush: () => release(true),
  }
}

// The interface is another one where the packet has gone on to another network namespace, and not remembered.
const entrance = (call: Kind<'call'>, { at, fn, netns, daddr, dport }: NonNullable<Kind<'call'>['was']>) => {
  const here = { ...call, at, fn, tuple: { ...call.tuple, netns, daddr, dport }, socket: null }
  if (call.segment === null) return here
  const { dev: _, ...segment } = call.segment
  return { ...here, segment }
}
