// SPDX-License-Identifier: MIT
import { closeSync, openSync, writeSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { finalize, tap, type MonoTypeOperatorFunction } from 'rxjs'
import { messageOf, usageError } from '../errors.ts'
import type { Observation } from '../observation.ts'

/** Bytes of lines that may wait to be compressed together. */
const MEMBER_BYTES = 64 * 1024

/**
 * Writes each Observation that passes to `file`, one line of JSON each, gzipped when the name ends in .gz. What a tick
 * or the end follows is in the file already, so a crash costs the last tenth of a second: a gzip file is many members,
 * each whole by itself. Throws a usage error at once when the file cannot be written.
 */
export const recordTo = (file: string): MonoTypeOperatorFunction<Observation> => {
  const descriptor = openForWriting('--record', file)
  const compress = file.endsWith('.gz')
  let waiting = ''
  const write = () => {
    if (waiting !== '') writeAll(descriptor, compress ? gzipSync(waiting) : Buffer.from(waiting))
    waiting = ''
  }
  return (observations) =>
    observations.pipe(
      tap((observation) => {
        waiting += `${JSON.stringify(observation)}\n`
        if (!compress || observation.kind === 'tick' || waiting.length > MEMBER_BYTES) write()
      }),
      finalize(() => {
        write()
        closeSync(descriptor)
      }),
    )
}

/** Opens a file to be written from its beginning. Throws a usage error that names the option and the file. */
export const openForWriting = (option: string, file: string): number => {
  try {
    return openSync(file, 'w', 0o644)
  } catch (error) {
    throw usageError(
      `${option}: cannot write ${file}: ${messageOf(error)}`,
      'name a file in a directory that exists and that you may write to',
    )
  }
}

/** Writes all bytes, which a pipe or a full disk may take in parts. Throws what the system says. */
export const writeAll = (descriptor: number, bytes: Uint8Array): void => {
  for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written)
}
