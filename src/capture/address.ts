// SPDX-License-Identifier: MIT
import ipaddr from 'ipaddr.js'

/** The address at a place, as text: RFC 5952 for IPv6. */
export const addressOf = (bytes: Buffer, place: number, family: 4 | 6): string =>
  family === 4
    ? `${bytes[place]}.${bytes[place + 1]}.${bytes[place + 2]}.${bytes[place + 3]}`
    : ipaddr.fromByteArray([...bytes.subarray(place, place + 16)]).toString()
