// SPDX-License-Identifier: MIT
import ipaddr from 'ipaddr.js'
import type { Tuple } from '../flow/tuple.ts'

/**
 * The sockets in /proc/net/tcp or tcp6 that a process has open (inode not 0). `saddr` and `sport` are the remote side,
 * as in packets that arrive; for a listener any address and port 0. The file has addresses as 32-bit words in host byte
 * order (net/ipv4/tcp_ipv4.c, get_tcp4_sock).
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
      // An IPv6 listener bound to an IPv4 address still has the peer "::".
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
  // The packets of an IPv6 socket with v4-mapped addresses are IPv4.
  return { address: ipaddr.process(ipaddr.fromByteArray(bytes).toString()).toString(), port: Number.parseInt(port, 16) }
}
