// SPDX-License-Identifier: MIT
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { usageError } from '../errors.ts'

/** The addresses that share their first `bits` bits with `network`, the whole address as a number. */
export type Prefix = { family: 4 | 6; network: bigint; bits: number }

/** Ports from first to last, both included, host order. */
export type Range = { first: number; last: number }

/**
 * Which connections to watch; an empty list asks nothing. Names mean what they mean in packets that arrive at this host:
 * `saddr` and `sport` are the peer. One filter selects the connection, so what this host sends back is caught too.
 */
export type Filter = {
  saddr: readonly Prefix[]
  sport: readonly Range[]
  daddr: readonly Prefix[]
  dport: readonly Range[]
  netns: readonly number[]
}

export const ANY: Filter = { saddr: [], sport: [], daddr: [], dport: [], netns: [] }

/** An address as one number. Throws on text that is none; ask isIP first. */
export const addressNumber = (address: string): bigint =>
  ipaddr
    .parse(address)
    .toByteArray()
    .reduce((number, byte) => (number << 8n) | BigInt(byte), 0n)

/** `192.0.2.0/24,2001:db8::1` -> prefixes. Throws a usage error that names the part that is wrong. */
export const parseAddresses = (option: string, text: string): Prefix[] =>
  text.split(',').map((part) => prefix(option, part))

const prefix = (option: string, part: string): Prefix => {
  const [address = '', length, ...rest] = part.split('/')
  // ipaddr.js takes octal numbers, 0x7f.1 and 1.2.3 for addresses, and a zone is no part of one in a packet: isIP is the gate.
  const family = address.includes('%') ? 0 : isIP(address)
  if (family !== 4 && family !== 6) {
    throw usageError(
      `${option}: ${JSON.stringify(part)} is not an IP address`,
      'give an address or a prefix, as in 192.0.2.7 or 2001:db8::/32; separate several by commas',
    )
  }
  const width = family === 4 ? 32 : 128
  const bits = length === undefined ? width : /^\d{1,3}$/.test(length) ? Number(length) : Infinity
  if (bits > width || rest.length > 0) {
    throw usageError(
      `${option}: ${JSON.stringify(part)} has no prefix length of 0 to ${width}`,
      'write the number of bits after the address, as in 192.0.2.0/24 or 2001:db8::/32',
    )
  }
  const host = BigInt(width - bits)
  return { family, network: (addressNumber(address) >> host) << host, bits }
}

/** `80,8000-8100` -> ranges. Throws a usage error that names the part that is wrong. */
export const parsePorts = (option: string, text: string): Range[] =>
  text.split(',').map((part) => {
    const [, from, to] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part) ?? []
    const first = Number(from)
    const last = Number(to ?? from)
    if (from === undefined || first > 65535 || last > 65535 || first > last) {
      throw usageError(
        `${option}: ${JSON.stringify(part)} is not a port`,
        'give 0 to 65535, a range as in 8000-8100, or several separated by commas',
      )
    }
    return { first, last }
  })

/** `4026531840,4026532001` -> inodes of network namespaces. Throws a usage error. */
export const parseNetns = (option: string, text: string): number[] =>
  text.split(',').map((part) => {
    if (!/^[1-9]\d{0,9}$/.test(part) || Number(part) > 0xffffffff) {
      throw usageError(
        `${option}: ${JSON.stringify(part)} is not the inode of a network namespace`,
        'readlink /proc/PID/ns/net prints it',
      )
    }
    return Number(part)
  })

/** The families that can still match. Throws a usage error when the addresses contradict each other. */
export const families = (filter: Filter): (4 | 6)[] => {
  const possible = ([4, 6] as const).filter((family) => allow(filter.saddr, family) && allow(filter.daddr, family))
  if (possible.length === 0) {
    throw usageError(
      '--saddr and --daddr are of different families: nothing can match',
      'no packet has an IPv4 source and an IPv6 destination',
    )
  }
  return possible
}

const allow = (prefixes: readonly Prefix[], family: 4 | 6) =>
  prefixes.length === 0 || prefixes.some((prefix) => prefix.family === family)
