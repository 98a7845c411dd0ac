// SPDX-License-Identifier: MIT
import ipaddr from 'ipaddr.js'
import type { Tuple } from '../flow/tuple.ts'

/**
 * The sockets of a /proc/net/tcp or tcp6 that belong to somebody (inode not 0), as packets that arrive have them: the
 * peer is the remote side, for a listener any address and port 0. Addresses are words of 32 bits as the machine loads them
 * (net/ipv4/tcp_ipv4.c, get_tcp4_sock).
 */
export const readProcNetTcp = (text: string): (Omit<Tuple, 'netns'> & { inode: number })[] =>
  text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', remote = '', , , , , , , inode = '0'] = line.trim().split(/\s+/)
      if (!(Number(inode) > 0)) return []
      const [here, peer] = [endpoint(local), endpoint(remote)]
      if (here === undefined || peer === undefined) return []
      // A listener of IPv6 may be bound to an address of IPv4, and has the peer "::" all the same.
      const family = here.address.includes(':') ? (6 as const) : (4 as const)
      return {
        family,
        saddr: family === 4 && peer.address === '::' ? '0.0.0.0' : peer.address,
        sport: peer.port,
        daddr: here.address,
        dport: here.port,
        inode: Number(inode),
      }
    })

const endpoint = (text: string) => {
  const [, address, port] = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(text) ?? []
  if (address === undefined || port === undefined) return undefined
  const words = address.match(/.{8}/g) ?? []
  const bytes = words.flatMap((word) => [...Buffer.from(word, 'hex')].toReversed())
  // An IPv6 socket that carries IPv4 is known to its packets as IPv4.
  return { address: ipaddr.process(ipaddr.fromByteArray(bytes).toString()).toString(), port: Number.parseInt(port, 16) }
}
