// SPDX-License-Identifier: MIT
import { closeSync, openSync, writeSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { finalize, tap, type MonoTypeOperatorFunction } from 'rxjs'
import { messageOf, traceError, usageError } from '../errors.ts'
import type { Observation } from '../observation.ts'

/** Who talked to whom, on which ports, is nobody else's business. */
const PRIVATE = 0o600

/** Bytes of lines that may wait to be compressed together. */
const MEMBER_BYTES = 64 * 1024

/**
 * Writes each Observation that passes to `file`, one line of JSON each, gzipped when the name ends in .gz. What a tick
 * or the end follows is in the file already, so a crash costs the last tenth of a second: a gzip file is many members,
 * each whole by itself. Throws a usage error at once when the file cannot be written.
 */
export const recordTo = (file: string): MonoTypeOperatorFunction<Observation> => {
  const opened = openForWriting('--record', file, PRIVATE)
  const compress = file.endsWith('.gz')
  let waiting = ''
  const write = () => {
    const text = waiting
    // Before it is written: what cannot be is not tried again at the end.
    waiting = ''
    if (text !== '') opened.write(compress ? gzipSync(text) : Buffer.from(text))
  }
  return (observations) =>
    observations.pipe(
      tap({
        next: (observation) => {
          waiting += `${JSON.stringify(observation)}\n`
          if (!compress || observation.kind === 'tick' || waiting.length > MEMBER_BYTES) write()
        },
        complete: write,
      }),
      finalize(() => {
        try {
          write()
        } catch {
          // The run is ending by something else, which is told.
        }
        opened.close()
      }),
    )
}

/** A file that is being written: `write` takes all bytes, or throws a trace error that names the option and the file. */
export type Opened = { write: (bytes: Uint8Array) => void; close: () => void }

/** Opens a file to be written from its beginning; `mode` is that of a new one. Throws a usage error that names the option and the file. */
export const openForWriting = (option: string, file: string, mode = 0o644): Opened => {
  const descriptor = open(option, file, mode)
  return {
    write: (bytes) => {
      try {
        // A pipe or a full disk may take them in parts.
        for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written)
      } catch (error) {
        throw traceError(`${option}: cannot write ${file}: ${messageOf(error)}`, 'what is there is not whole', error)
      }
    },
    close: () => closeSync(descriptor),
  }
}

const open = (option: string, file: string, mode: number) => {
  try {
    return openSync(file, 'w', mode)
  } catch (error) {
    throw usageError(
      `${option}: cannot write ${file}: ${messageOf(error)}`,
      'name a file in a directory that exists and that you may write to',
    )
  }
}
