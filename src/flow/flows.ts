// SPDX-License-Identifier: MIT
import type { Kind, Task } from '../observation.ts'
import type { Time } from '../time.ts'
import { tupleKey, type Tuple } from './tuple.ts'

/** What is remembered of one connection between its events. */
export type Flow = {
  /** When it was first heard of. */
  since: Time
  /** Its last change to CLOSE. */
  closed: Kind<'state'> | null
  /** What the TCP hash held when the flow was first seen. */
  first: Kind<'lookup'> | null
  /** The last segment with RST that came in. */
  rst: Kind<'packet'> | null
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

  const of = (tuple: Tuple, now: Time): Flow =>
    flows.use(tupleKey(tuple), () => ({ since: now, closed: null, first: null, rst: null, withoutRst: null }))

  const changed = ({ sk, to, task, tuple, ...state }: Kind<'state'>) => {
    if (to === 'SYN_SENT') owners.set(sk, task)
    if (to !== 'CLOSE') return
    of(tuple, state.at).closed = { ...state, sk, to, task, tuple }
    // The memory of the socket may be another's from now on.
    owners.forget(sk)
  }

  return {
    of,
    knownSince: (tuple: Tuple): Time | null => flows.get(tupleKey(tuple))?.since ?? null,
    changed,
    accepted: ({ sk, task }: Kind<'owner'>) => owners.set(sk, task),
    /** Who called connect() or accept() for the socket of a reset. */
    owner: ({ socket }: Kind<'reset'>): Task | null => (socket === null ? null : (owners.get(socket.sk) ?? null)),
  }
}

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
