// SPDX-License-Identifier: MIT
import ipaddr from 'ipaddr.js'
import type { Filter, Prefix, Range } from './filter.ts'

/** The filter as bpftrace expressions, the cheaper to be asked first, and the whole of it. */
export type Rendered = { ports: string; addresses: string; netns: string; source: string; all: string }

/**
 * The filter as bpftrace expressions over `$family`, `$s0`, `$s1`, `$d0`, `$d1` (as probes/of_sock.bt has them), `$sport`,
 * `$dport` (host order) and `$netns`. Made of numbers only: nothing a user typed gets into a program as text.
 */
export const renderFilter = (filter: Filter): Rendered => {
  const ports = [
    any(filter.dport, (range) => portTest('$dport', range)),
    any(filter.sport, (range) => portTest('$sport', range)),
  ]
  const addresses = [
    any(filter.saddr, (prefix) => addressTest('$s', prefix)),
    any(filter.daddr, (prefix) => addressTest('$d', prefix)),
  ]
  const netns = [any(filter.netns, (inode) => `$netns == ${inode}`)]
  return {
    ports: every(ports),
    addresses: every(addresses),
    netns: every(netns),
    source: every([ports[1], addresses[0]]),
    all: every([...ports, ...addresses, ...netns]),
  }
}

const every = (tests: readonly (string | undefined)[]) => tests.filter((test) => test !== undefined).join(' && ') || '1'

const any = <T>(list: readonly T[], test: (item: T) => string): string | undefined =>
  list.length === 0 ? undefined : `(${list.map(test).join(' || ')})`

const portTest = (variable: string, { first, last }: Range) =>
  first === last ? `${variable} == ${first}` : `(${variable} >= ${first} && ${variable} <= ${last})`

const addressTest = (variable: string, { family, network, bits }: Prefix) => {
  if (family === 6) return '0 == 1'
  variable = `${variable}0`
  const mask = ((1n << BigInt(bits)) - 1n) << BigInt(32 - bits)
  return bits === 32 ? `${variable} == ${swapped(network)}` : `(${variable} & ${swapped(mask)}) == ${swapped(network)}`
}

const swapped = (address: bigint) =>
  `0x${[0n, 8n, 16n, 24n].map((shift) => ((address >> shift) & 255n).toString(16).padStart(2, '0')).join('')}`

/** The filter as one line for people and for the head of a recording: `saddr=192.0.2.0/24 dport=80,8000-8100`. */
export const describeFilter = (filter: Filter): string =>
  [
    ['saddr', filter.saddr.map(prefixText)],
    ['sport', filter.sport.map(rangeText)],
    ['daddr', filter.daddr.map(prefixText)],
    ['dport', filter.dport.map(rangeText)],
    ['netns', filter.netns.map(String)],
  ]
    .filter(([, values]) => values?.length)
    .map(([name, values]) => `${String(name)}=${String(values)}`)
    .join(' ') || 'any'

const rangeText = ({ first, last }: Range) => (first === last ? `${first}` : `${first}-${last}`)

const prefixText = (prefix: Prefix) =>
  prefix.bits === (prefix.family === 4 ? 32 : 128) ? addressText(prefix) : `${addressText(prefix)}/${prefix.bits}`

/** The address of a prefix as text, in RFC 5952's form. */
export const addressText = ({ family, network }: Prefix): string => {
  const bytes = Array.from({ length: family === 4 ? 4 : 16 }, (_, i) => Number((network >> BigInt(8 * i)) & 255n))
  return ipaddr.fromByteArray(bytes.toReversed()).toString()
}
