// SPDX-License-Identifier: MIT
import { closeSync, openSync, readSync } from 'node:fs'
import { constants, gunzipSync } from 'node:zlib'

/** Gzip makes a thousandth of what repeats, so that this may be 4 MB of it. */
const SNIFFED = 4096

/** More than that comes of no so many bytes. */
const MOST_UNZIPPED = 1 << 23

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
