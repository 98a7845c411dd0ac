// SPDX-License-Identifier: MIT
import { closeSync, openSync, readSync } from 'node:fs'
import ipaddr from 'ipaddr.js'
import type { Tuple } from '../flow/tuple.ts'
import { NAT_MARK } from './natMark.ts'

/**
 * Tells the running program of the end of a connection that the filter is to select, though its tuple does not say so. The
 * program has no other ear: it hears where we read in /dev/null, which gives nothing wherever one reads. See nat_known.bt.
 */
export const tellNat = (ends: readonly Tuple[]): void => {
  if (ends.length === 0) return
  const descriptor = openSync('/dev/null', 'r')
  try {
    const nothing = new Uint8Array(1)
    for (const end of ends)
      for (const [place, word] of wordsOf(end).entries())
        readSync(descriptor, nothing, 0, 1, (BigInt(NAT_MARK) << 40n) | (BigInt(place) << 32n) | BigInt(word))
  } finally {
    closeSync(descriptor)
  }
}

/** The key of an end in the program's map, as words of 32 bits: both addresses as a little-endian machine loads them, the ports. */
export const wordsOf = ({ saddr, sport, daddr, dport }: Tuple): number[] => [
  ...addressWords(saddr),
  ...addressWords(daddr),
  ((sport << 16) | dport) >>> 0,
]

const addressWords = (address: string): number[] => {
  const bytes = Uint8Array.from({ length: 16 }, (_, index) => ipaddr.parse(address).toByteArray()[index] ?? 0)
  const view = new DataView(bytes.buffer)
  return [0, 4, 8, 12].map((offset) => view.getUint32(offset, true))
}
