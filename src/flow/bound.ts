// SPDX-License-Identifier: MIT
// Sockets that are bound to an interface (SO_BINDTODEVICE, a VRF): the kernel finds them for no segment that comes by another.
import type { Kind } from '../observation.ts'
import { createMemory } from './memory.ts'
import { tupleKey, type Tuple } from './tuple.ts'

/** The memory of sockets that are bound to an interface and not closed: by their last change of state. */
export const createBound = () => {
  const sockets = createMemory<Kind<'state'>>()
  const keys = createMemory<string>()

  const forget = (sk: string) => {
    const key = keys.get(sk)
    if (key !== undefined && sockets.get(key)?.sk === sk) sockets.forget(key)
    keys.forget(sk)
  }

  return {
    /** A socket changed its state. */
    changed: (change: Kind<'state'>) => {
      const { sk, to, bound } = change
      forget(sk)
      if (bound === undefined || to === 'CLOSE' || to === 'LISTEN') return
      const key = tupleKey(change.tuple)
      sockets.set(key, change)
      keys.set(sk, key)
    },
    /** The socket of the connection. connect() sets SYN_SENT before it chooses a port (net/ipv4/tcp_ipv4.c, tcp_v4_connect). */
    of: (tuple: Tuple): Kind<'state'> | null =>
      sockets.get(tupleKey(tuple)) ?? sockets.get(tupleKey({ ...tuple, dport: 0 })) ?? null,
  }
}
