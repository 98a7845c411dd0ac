// SPDX-License-Identifier: MIT
import type { Answer, Kind, Task } from '../observation.ts'
import { compareTime, type Time } from '../time.ts'
import { tupleKey, type Tuple } from './tuple.ts'

/** What is remembered of one connection between its events. */
export type Flow = {
  /** When it was first heard of. */
  since: Time
  /** When its youngest connections were made, where that was seen: a SYN that came in, connect(), the end of a handshake. */
  made: Time[]
  /** Its last change to CLOSE, and who had owned the socket until then. */
  closed: Kind<'state'> | null
  /** Its last accept(), which may be told after its end. */
  accepted: Kind<'owner'> | null
  lastOwner: Task | null
  /** What the TCP hash held when the flow was first seen. */
  first: Kind<'lookup'> | null
  /** The interface that its segments come in by. */
  dev: string | null
  /** The last segments with RST that came in, the youngest last. */
  rsts: Kind<'packet'>[]
  /** tcp_reset's last call for a segment without RST. */
  withoutRst: Kind<'reset'> | null
}

/** Connections remembered at most; beyond that the one unheard of for longest is forgotten. */
const MOST_REMEMBERED = 65_536

/** The memory of connections, by 5-tuple and network namespace, and of who owns which socket. */
export const createFlows = () => {
  const flows = createMemory<Flow>()
  // By socket: the local port is not chosen yet when connect() sets SYN_SENT (net/ipv4/tcp_ipv4.c, tcp_v4_connect).
  const owners = createMemory<Task>()
  const connects = createMemory<Time>()
  const listens = createMemory<Time[]>()
  // Those that were there before the trace are known by their connection, not by their address in memory.
  const found = createMemory<Task>()

  const of = (tuple: Tuple, now: Time): Flow =>
    flows.use(tupleKey(tuple), () => ({
      since: now,
      made: [],
      closed: null,
      accepted: null,
      lastOwner: null,
      first: null,
      dev: null,
      rsts: [],
      withoutRst: null,
    }))

  const changed = ({ sk, to, task, tuple, ...state }: Kind<'state'>) => {
    if (to === 'SYN_SENT' || to === 'LISTEN') owners.set(sk, task)
    if (to === 'SYN_SENT') connects.set(sk, state.at)
    if (to === 'LISTEN') listens.set(tupleKey(tuple), youngest(listens.get(tupleKey(tuple)), state.at))
    // That alone does not make a flow known, whose beginning may have been lost.
    const known = flows.get(tupleKey(tuple))
    if (to === 'ESTABLISHED' && known !== undefined)
      known.made = youngest(known.made, state.from === 'SYN_SENT' ? connects.get(sk) : state.at)
    if (to !== 'CLOSE') return
    const flow = of(tuple, state.at)
    flow.closed = { ...state, sk, to, task, tuple }
    flow.lastOwner = owners.get(sk) ?? found.get(tupleKey(tuple)) ?? null
    // The memory of the socket may be another's from now on.
    owners.forget(sk)
    found.forget(tupleKey(tuple))
  }

  return {
    of,
    knownSince: (tuple: Tuple): Time | null => flows.get(tupleKey(tuple))?.since ?? null,
    changed,
    /** When what the TCP hash found for the tuple may have been made: its connections, or the listeners that may take it. */
    madeAt: (tuple: Tuple, found: Answer['found']): readonly Time[] =>
      found === 'listener'
        ? listenersOf(tuple).flatMap((key) => listens.get(key) ?? [])
        : (flows.get(tupleKey(tuple))?.made ?? []),
    owned: (owner: Kind<'owner'>) => {
      const { sk, task, tuple } = owner
      if (sk === null) {
        found.set(tupleKey(tuple), task)
        return
      }
      owners.set(sk, task)
      of(tuple, owner.at).accepted = owner
    },
    /** Who accepted the socket of a reset, though the event of that came out of its order. */
    lateOwner: ({ at, socket, tuple }: Kind<'reset'>): Task | null => {
      const { accepted = null, closed = null } = flows.get(tupleKey(tuple)) ?? {}
      if (accepted === null || accepted.sk !== socket?.sk || compareTime(accepted.at, at) > 0) return null
      // What was closed since, and is open, is another one in the same memory.
      const reused = socket.state !== 'CLOSE' && closed !== null && compareTime(closed.at, accepted.at) > 0
      return reused ? null : accepted.task
    },
    /** Who called connect(), accept() or listen() for the socket of a reset, or had it when the trace began. */
    owner: ({ socket, tuple }: Kind<'reset'>): Task | null => {
      if (socket === null) return null
      const known = owners.get(socket.sk) ?? found.get(tupleKey(tuple))
      if (known !== undefined) return known
      if (socket.state === 'LISTEN')
        return (
          listenersOf(tuple)
            .map(found.get)
            .find((task) => task !== undefined) ?? null
        )
      const flow = flows.get(tupleKey(tuple))
      return socket.state === 'CLOSE' && flow?.closed?.sk === socket.sk ? flow.lastOwner : null
    },
  }
}

/** Connections and listeners of a tuple whose beginnings are remembered: those since a reset that still waits, mostly. */
const MOST_MADE = 16

/** The beginnings with one more, where that is known. */
export const youngest = (made: readonly Time[] = [], at: Time | undefined): Time[] =>
  [...made, ...(at === undefined ? [] : [at])].slice(-MOST_MADE)

/** What a listener that may take the tuple is found by: bound to its address, or to any, of either family. */
const listenersOf = (tuple: Tuple): string[] =>
  [tuple.daddr, ...(tuple.family === 4 ? ['0.0.0.0'] : []), '::'].map((daddr) =>
    tupleKey({ ...tuple, daddr, saddr: daddr.includes(':') ? '::' : '0.0.0.0', sport: 0 }),
  )

const createMemory = <T>() => {
  const entries = new Map<string, T>()
  const set = (key: string, value: T) => {
    // A Map keeps the order of insertion: what is taken out and put back is the youngest.
    entries.delete(key)
    entries.set(key, value)
    if (entries.size > MOST_REMEMBERED) entries.delete(entries.keys().next().value ?? '')
    return value
  }
  return {
    set,
    get: (key: string) => entries.get(key),
    forget: (key: string) => entries.delete(key),
    use: (key: string, create: () => T) => set(key, entries.get(key) ?? create()),
  }
}
