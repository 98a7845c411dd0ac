// SPDX-License-Identifier: MIT
import type { Task } from '../observation.ts'
import { createMemory } from './memory.ts'
import { listenersOf, tupleKey, type Tuple } from './tuple.ts'

/** The memory of who owns which socket. */
export type Owners = ReturnType<typeof createOwners>

/**
 * The memory of who owns which socket: by the socket's address, for who called connect(), accept() or listen(), since the
 * local port is not chosen yet when connect() sets SYN_SENT (net/ipv4/tcp_ipv4.c, tcp_v4_connect); by the connection, for
 * sockets that were there before the trace, whose address in memory is not known.
 */
export const createOwners = () => {
  const bySocket = createMemory<Task>()
  const found = createMemory<Task>()
  const of = (sk: string, tuple: Tuple): Task | null => bySocket.get(sk) ?? found.get(tupleKey(tuple)) ?? null

  return {
    of,
    /** The task called connect(), accept() or listen() for the socket. */
    called: (sk: string, task: Task) => bySocket.set(sk, task),
    /** The task had the socket of that connection when the trace began. */
    had: (tuple: Tuple, task: Task) => found.set(tupleKey(tuple), task),
    /** Who owned the socket that closes now. Its memory may be another's from now on. */
    close: (sk: string, tuple: Tuple): Task | null => {
      const last = of(sk, tuple)
      bySocket.forget(sk)
      found.forget(tupleKey(tuple))
      return last
    },
    /** Who had the listener that may take the connection when the trace began. */
    ofListener: (tuple: Tuple): Task | null =>
      listenersOf(tuple)
        .map(found.get)
        .find((task) => task !== undefined) ?? null,
  }
}
