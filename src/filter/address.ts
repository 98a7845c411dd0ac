// SPDX-License-Identifier: MIT
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { usageError } from '../errors.ts'

/** The addresses that share their first `bits` bits with `network`, the whole address as a number. */
export type Prefix = { family: 4 | 6; network: bigint; bits: number }

/** `192.0.2.0/24,2001:db8::1` -> prefixes. Throws a usage error that names the part that is wrong. */
export const parseAddresses = (option: string, text: string): Prefix[] =>
  text.split(',').map((part) => unmapped(parsePrefix(option, part)))

const parsePrefix = (option: string, part: string): Prefix => {
  const [address = '', length, ...rest] = part.split('/')
  // ipaddr.js takes octal numbers, 0x7f.1 and 1.2.3 for addresses, and a zone is no part of one in a packet: isIP is the gate.
  const family = address.includes('%') ? 0 : isIP(address)
  if (family !== 4 && family !== 6) {
    throw usageError(
      `${option}: ${JSON.stringify(part)} is not an IP address`,
      'give an address or a prefix, as in 192.0.2.7 or 2001:db8::/32; separate several by commas',
    )
  }
  const width = widthOf(family)
  const bits = length === undefined ? width : /^(0|[1-9]\d{0,2})$/.test(length) ? Number(length) : Infinity
  if (bits > width || rest.length > 0) {
    throw usageError(
      `${option}: ${JSON.stringify(part)} has no prefix length of 0 to ${width}`,
      'write the number of bits after the address, as in 192.0.2.0/24 or 2001:db8::/32',
    )
  }
  const host = BigInt(width - bits)
  return { family, network: (addressNumber(address) >> host) << host, bits }
}

// A socket of IPv6 with such addresses sends and receives packets of IPv4 (RFC 4291, IPv4-mapped).
const unmapped = ({ family, network, bits }: Prefix): Prefix =>
  family === 6 && bits >= 96 && network >> 32n === 0xffffn
    ? { family: 4, network: network & 0xffffffffn, bits: bits - 96 }
    : { family, network, bits }

/** An address as one number. Throws on text that is none; ask isIP first. */
export const addressNumber = (address: string): bigint =>
  ipaddr
    .parse(address.includes(':') ? withoutDots(address) : address)
    .toByteArray()
    .reduce((number, byte) => (number << 8n) | BigInt(byte), 0n)

// ipaddr.js takes the old ::192.0.2.1, which inet_ntop(3) still writes, for ::ffff:192.0.2.1.
const withoutDots = (address: string) =>
  address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.map(Number)
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
  })

/** The bits of an address. */
export const widthOf = (family: 4 | 6) => (family === 4 ? 32 : 128)

/** The address of a prefix as text, in RFC 5952's form. */
export const addressText = ({ family, network }: Prefix): string => {
  const bytes = Array.from({ length: widthOf(family) / 8 }, (_, i) => Number((network >> BigInt(8 * i)) & 255n))
  return ipaddr.fromByteArray(bytes.toReversed()).toString()
}
