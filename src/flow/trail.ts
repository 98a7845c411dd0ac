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

type Open = { step: Step; over: boolean }

/**
 * Joins each call with its return and gives the steps in the order in which they began. A packet that came to the host by
 * another address, before NAT, has that step put before the first one that the filter selected.
 */
export const pairCalls = (): Machine<Observation, Step> => {
  const queue: Open[] = []
  /** Calls that have not come back, by function and caller: the last is the first to return. */
  const inside = new Map<string, Open[]>()
  let now: Time = { s: 0, ns: 0 }

  const begin = (call: Kind<'call'>) => {
    if (call.was !== null) queue.push({ step: { call: entrance(call, call.was), returned: null }, over: true })
    const open: Open = { step: { call, returned: null }, over: EVENTS.includes(call.fn) }
    queue.push(open)
    if (open.over) return
    const key = `${call.fn} ${call.who}`
    inside.set(key, [...(inside.get(key) ?? []), open])
  }

  const end = ({ fn, who, at, value }: Kind<'return'>) => {
    const key = `${fn} ${who}`
    const calls = inside.get(key)
    const open = calls?.pop()
    if (calls?.length === 0) inside.delete(key)
    if (open === undefined) return
    open.step.returned = { value, took: nanosecondsBetween(at, open.step.call.at) }
    open.over = true
  }

  const release = (all: boolean): Step[] => {
    const waits = ({ step, over }: Open) =>
      !all && !over && queue.length <= MOST_OPEN && nanosecondsBetween(now, step.call.at) < LONGEST_CALL_NS
    const first = queue.findIndex(waits)
    return queue.splice(0, first < 0 ? queue.length : first).map(({ step }) => step)
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

const entrance = (call: Kind<'call'>, { at, fn, netns, daddr, dport }: NonNullable<Kind<'call'>['was']>) => ({
  ...call,
  at,
  fn,
  tuple: { ...call.tuple, netns, daddr, dport },
  socket: null,
})
