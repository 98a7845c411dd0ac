// SPDX-License-Identifier: MIT
import type { Answer, Kind, Task } from '../observation.ts'
import { compareTime, type Time } from '../time.ts'
import { createBound } from './bound.ts'
import { createEndings } from './endings.ts'
import { createMemory } from './memory.ts'
import { createOwners, type Owners } from './owners.ts'
import { nothingRemembered, rememberState, type Ending, type Remembered } from './past.ts'
import { listenersOf, tupleKey, type Tuple } from './tuple.ts'

/** Which end of a connection this host is. */
export type Role = 'client' | 'server'

/** What is remembered of one connection between its events. */
export type Flow = {
  /** When it was first heard of. */
  since: Time
  /** When its youngest sockets were created, as far as seen: a SYN that came in, connect(), the end of a handshake. */
  created: Time[]
  /** Its last change to CLOSE, and who had owned the socket until then. */
  closed: Kind<'state'> | null
  lastOwner: Task | null
  /** Its last accept(), which may come after its end. */
  accepted: Kind<'owner'> | null
  /** Whether a process of this host connected, or accepted; null where neither was seen. */
  role: Role | null
  /** What the TCP hash held when the flow was first seen. */
  first: Kind<'lookup'> | null
  /** The interface that its segments come in by. */
  dev: string | null
  /** The same, of its segments without RST: the last one seen. */
  ownDev: string | null
  /** The last segments with RST that came in, the youngest last. */
  rsts: Kind<'packet'>[]
  /** tcp_reset's last call for a segment without RST, until a reply takes it or it is too old (trap.ts). */
  trap: Kind<'reset'> | null
  /** What this host had done with it before. */
  past: Remembered
}

/** The memory of connections, by 5-tuple and network namespace, and of who owns which socket. */
export type Flows = ReturnType<typeof createFlows>

/** An empty memory of connections. */
export const createFlows = () => {
  const flows = createMemory<Flow>()
  const owners = createOwners()
  const connects = createMemory<Time>()
  const listens = createMemory<Time[]>()
  const endings = createEndings()
  const bound = createBound()
  const known = (tuple: Tuple) => flows.get(tupleKey(tuple))
  const of = (tuple: Tuple, now: Time): Flow => flows.use(tupleKey(tuple), () => emptyFlow(now))

  const changed = (change: Kind<'state'>) => {
    const { at, sk, from, to, task, tuple } = change
    bound.changed(change)
    const flow = begins(change) ? of(tuple, at) : known(tuple)
    if (begins(change)) owners.begun(tuple)
    // By TCP Fast Open a socket may be accepted before.
    if (begins(change) && flow?.accepted?.sk !== sk) owners.made(sk)
    if (to === 'SYN_SENT' || to === 'LISTEN') owners.called(sk, task)
    if (to === 'SYN_SENT') connects.set(sk, at)
    if (to === 'LISTEN') listens.set(tupleKey(tuple), rememberCreation(listens.get(tupleKey(tuple)), at))
    if (flow !== undefined && (to === 'ESTABLISHED' || begins(change))) {
      flow.created = rememberCreation(flow.created, from === 'SYN_SENT' ? connects.get(sk) : at)
      flow.role = from === 'SYN_SENT' || to === 'SYN_SENT' ? 'client' : 'server'
    }
    if (to === 'FIN_WAIT1' || to === 'LAST_ACK') endings.shut(change)
    if (to === 'CLOSE') rememberEnding(of(tuple, at), endings.closed(change, owners.close(sk, tuple)))
    else if (flow !== undefined) rememberState(flow.past, change, null)
  }

  const owned = (owner: Kind<'owner'>) => {
    if (owner.sk === null) {
      owners.had(owner.tuple, owner.task)
      return
    }
    owners.called(owner.sk, owner.task)
    of(owner.tuple, owner.at).accepted = owner
  }

  return {
    /** What is remembered of the connection, from now on if nothing is. */
    of,
    /** When the connection was first heard of; null if it was not. */
    knownSince: (tuple: Tuple): Time | null => known(tuple)?.since ?? null,
    /** A socket has changed its state. */
    changed,
    /** A socket has become a task's, or was when the trace began. */
    owned,
    /** When sockets were created that a look-up may have found for the tuple: its connections, or listeners that may take it. */
    createdAt: (tuple: Tuple, found: Answer['found']): readonly Time[] =>
      found === 'listener'
        ? listenersOf(tuple).flatMap((key) => listens.get(key) ?? [])
        : (known(tuple)?.created ?? []),
    /** The ends of listeners since then that may have taken the connection. */
    listenersClosed: endings.listenersClosed,
    /** A socket for the connection that is bound to an interface. */
    boundTo: bound.of,
    /** Who called connect(), accept() or listen() for the socket of a reset, or had it when the trace began. */
    owner: (reset: Kind<'reset'>): Task | null => ownerOfSocket(owners, reset, known(reset.tuple)),
    /** Who accepted the socket of a reset, though that event came out of its order. */
    lateOwner: (reset: Kind<'reset'>): Task | null => acceptedBy(reset, known(reset.tuple)),
  }
}

// With the beginning of a socket all of its life is told. Of one that connects the own port is not known at once, unless a
// reset asks for it.
const begins = ({ from, to, tuple }: Kind<'state'>) =>
  (from === 'SYN_RECV' && to === 'ESTABLISHED') || (to === 'SYN_SENT' && tuple.dport !== 0)
const ownerOfSocket = (owners: Owners, { socket, tuple }: Kind<'reset'>, flow: Flow | undefined): Task | null => {
  if (socket === null) return null
  const owner = owners.of(socket.sk, tuple)
  if (owner !== null) return owner
  if (socket.state === 'LISTEN') return owners.ofListener(tuple)
  return socket.state === 'CLOSE' && flow?.closed?.sk === socket.sk ? flow.lastOwner : null
}

const rememberEnding = (flow: Flow, ending: Ending) => {
  Object.assign(flow, { closed: ending.closed, lastOwner: ending.owner })
  rememberState(flow.past, ending.closed, ending)
}

const emptyFlow = (since: Time): Flow => ({
  since,
  created: [],
  closed: null,
  lastOwner: null,
  accepted: null,
  role: null,
  first: null,
  dev: null,
  ownDev: null,
  rsts: [],
  trap: null,
  past: nothingRemembered(),
})

const acceptedBy = ({ at, socket }: Kind<'reset'>, { accepted, closed }: Partial<Flow> = {}): Task | null => {
  if (!accepted || accepted.sk !== socket?.sk || compareTime(accepted.at, at) > 0) return null
  // A socket that was closed since, and is open, is another one in the same memory.
  const reused = socket?.state !== 'CLOSE' && closed && compareTime(closed.at, accepted.at) > 0
  return reused === true ? null : accepted.task
}

/** How many creation times are kept per tuple; enough for the resets that are still open. */
const MOST_CREATIONS = 16

/** The creation times with one more, where that is known. */
export const rememberCreation = (created: readonly Time[] = [], at: Time | undefined): Time[] =>
  [...created, ...(at === undefined ? [] : [at])].slice(-MOST_CREATIONS)
