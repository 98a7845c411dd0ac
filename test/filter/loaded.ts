// SPDX-License-Identifier: MIT
import { bytesOf } from './arbitrary.ts'

/** An address as a little-endian machine loads it: its 4 bytes, or twice 8. */
export const loaded = (family: 4 | 6, address: string): [bigint, bigint] => {
  const bytes = bytesOf(address)
  return family === 4 ? [BigInt(bytes.readUInt32LE()), 0n] : [bytes.readBigUInt64LE(0), bytes.readBigUInt64LE(8)]
}
