// SPDX-License-Identifier: MIT

/**
 * A connection as packets *arriving* at this host name it, the way tcp_v4_rcv sees them: `saddr` and `sport` are the
 * peer, `daddr` and `dport` are here. Ports in host order, addresses as text, `netns` the inode of the network namespace.
 */
export type Tuple = {
  family: 4 | 6
  saddr: string
  sport: number
  daddr: string
  dport: number
  netns: number
}

/** One string per connection and network namespace. A tuple is never changed. */
export const tupleKey = (tuple: Tuple): string => {
  if (tuple !== last.tuple) last = { tuple, key: keyOf(tuple) }
  return last.key
}

const keyOf = (t: Tuple) => `${t.netns} ${t.saddr} ${t.sport} ${t.daddr} ${t.dport}`

// An event asks for its own key several times, and each new string would have to be hashed again.
let last: { tuple: Tuple | null; key: string } = { tuple: null, key: '' }

/** `192.0.2.1:80`, `[2001:db8::1]:80`. */
export const endpoint = (address: string, port: number): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`

/** The keys of the listeners that may take a connection: bound to its address, or to any, of either family. */
export const listenersOf = (tuple: Tuple): string[] =>
  [tuple.daddr, ...(tuple.family === 4 ? ['0.0.0.0'] : []), '::'].map((daddr) =>
    tupleKey({ ...tuple, daddr, saddr: daddr.includes(':') ? '::' : '0.0.0.0', sport: 0 }),
  )
