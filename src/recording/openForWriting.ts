// SPDX-License-Identifier: MIT
import { closeSync, writeSync } from 'node:fs'
import { messageOf, traceError, usageError } from '../errors.ts'
import { openPrivate } from './openPrivate.ts'

/** A file that is being written: `write` takes all bytes, or throws a trace error that names the option and the file. */
export type Opened = { write: (bytes: Uint8Array) => void; close: () => void }

/** Opens a file to be written from its beginning. Throws a usage error that names the option and the file. */
export const openForWriting = (option: string, file: string): Opened => {
  const descriptor = orUsageError(option, file, () => openPrivate(file))
  return {
    write: (bytes) => {
      try {
        writeAll(descriptor, bytes)
      } catch (error) {
        throw traceError(`${option}: cannot write ${file}: ${messageOf(error)}`, 'what is there is not whole', error)
      }
    },
    close: () => closeSync(descriptor),
  }
}

/** Writes all bytes, or throws what the system says. A pipe or a full disk may take them in parts. */
export const writeAll = (descriptor: number, bytes: Uint8Array) => {
  for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written)
}

/** What `open` gives, or a usage error that names the option and the file. */
export const orUsageError = <T>(option: string, file: string, open: () => T): T => {
  try {
    return open()
  } catch (error) {
    throw usageError(
      `${option}: cannot write ${file}: ${messageOf(error)}`,
      'name a file in a directory that exists and that you may write to',
    )
  }
}
