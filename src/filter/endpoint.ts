// SPDX-License-Identifier: MIT
import { usageError } from '../errors.ts'
import { parseAddresses, type Prefix } from './address.ts'
import { parsePorts, type Range, type ServicePort } from './port.ts'

/** An end of a connection as ss and tcpdump write it: an address, a port, or both. */
export type Endpoint = { address?: Prefix; port?: Range }

/** What ends ask of addresses and of ports; an empty list asks nothing. */
export type Asked = { addresses: readonly Prefix[]; ports: readonly Range[] }

/**
 * `192.0.2.7,192.0.2.0/24:443,[2001:db8::1]:80,2001:db8::1,:8000-8100,*:https` -> ends. Throws a usage error that names the part
 * that is wrong.
 */
export const parseEndpoints = (option: string, text: string, servicePort: ServicePort): Endpoint[] =>
  text.split(',').map((part) => {
    const [address, port] = split(part)
    return {
      ...(port !== undefined && (address === '*' || address === '')
        ? {}
        : { address: only(parseAddresses(option, address)) }),
      ...(port === undefined ? {} : { port: only(parsePorts(option, port, servicePort)) }),
    }
  })

// An IPv6 address has colons of its own: with a port it stands in brackets.
const split = (part: string): [address: string, port: string | undefined] => {
  const [, inner, behind] = /^\[([^\]]+)\](?::(.*))?$/.exec(part) ?? []
  if (inner !== undefined) return [inner, behind]
  const [, before = part, port] = /^([^:]*):([^:]*)$/.exec(part) ?? []
  return [before, port]
}

const only = <T>([item]: readonly T[]): T => {
  if (item === undefined) throw new Error('a part has no value')
  return item
}

/**
 * The ends as what they ask of addresses and of ports by themselves. A filter asks for both separately, so ends that differ in
 * both cannot be said in one: that is a usage error.
 */
export const wantedOf = (option: string, ends: readonly Endpoint[]): Asked => {
  const addresses = ends.flatMap(({ address }) => address ?? [])
  const ports = ends.flatMap(({ port }) => port ?? [])
  const alike = ends.every(
    (end) =>
      (end.address === undefined) === (addresses.length === 0) && (end.port === undefined) === (ports.length === 0),
  )
  if (!alike || (distinct(addresses.map(prefixKey)) > 1 && distinct(ports.map(rangeKey)) > 1))
    throw usageError(
      `${option}: these ends differ in address and in port`,
      'give ends of one address or of one port, or trace twice',
    )
  return { addresses, ports }
}

/** What excluded ends ask of addresses and of ports. Throws a usage error on an address with a port. */
export const unwantedOf = (option: string, ends: readonly Endpoint[]): Asked => {
  if (ends.some(({ address, port }) => address !== undefined && port !== undefined))
    throw usageError(
      `${option}: an address with a port cannot be excluded`,
      'give one of them: that excludes each connection that has it',
    )
  return { addresses: ends.flatMap(({ address }) => address ?? []), ports: ends.flatMap(({ port }) => port ?? []) }
}

const prefixKey = ({ family, network, bits }: Prefix) => `${family} ${network} ${bits}`
const rangeKey = ({ first, last }: Range) => `${first} ${last}`
const distinct = (keys: readonly string[]) => new Set(keys).size
