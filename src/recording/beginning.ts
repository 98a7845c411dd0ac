// SPDX-License-Identifier: MIT
import { closeSync, openSync, readSync } from 'node:fs'
import { constants, gunzipSync } from 'node:zlib'

const SNIFFED = 65_536

/** More than 64 KiB can be zipped of: gzip makes a thousandth of what repeats. */
const MOST_UNZIPPED = 1 << 28

/** What a file begins with, unzipped where it is gzip. Nothing of what cannot be read: that is told when it is to be read. */
export const beginningOf = (file: string): { bytes: Buffer; isZipped: boolean } => {
  const bytes = Buffer.alloc(SNIFFED)
  try {
    const descriptor = openSync(file, 'r')
    try {
      const read = bytes.subarray(0, readSync(descriptor, bytes, 0, SNIFFED, 0))
      const isZipped = read[0] === 0x1f && read[1] === 0x8b
      return { bytes: isZipped ? unzipped(read) : read, isZipped }
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return { bytes: Buffer.alloc(0), isZipped: false }
  }
}

const unzipped = (bytes: Buffer) =>
  gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MOST_UNZIPPED })
