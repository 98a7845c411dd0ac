// SPDX-License-Identifier: MIT
import { gzipSync } from 'node:zlib'
import { finalize, tap, type MonoTypeOperatorFunction } from 'rxjs'
import { messageOf } from '../errors.ts'
import type { Observation } from '../observation.ts'
import { createHeads, lineOf } from './heads.ts'
import { orUsageError } from './openForWriting.ts'
import { numberedFiles, oneFile, type Volume } from './volume.ts'

/** When a recording goes on in another file, and how many files are kept: bytes, nanoseconds of events, files. */
export type Rotation = { bytes: number; age: number; files: number }

/** Writes the Observations that pass; `lost` tells, when they have ended, what of them could not be written. */
export type Recorder = {
  record: MonoTypeOperatorFunction<Observation>
  lost: () => Lost | undefined
}

/** Lines that are missing, of how many. `end`: those at the end are, so that the recording does not tell of it itself. */
export type Lost = { count: number; of: number; why: string; end: boolean }

/** Bytes of lines that may wait to be compressed together. */
const MEMBER_BYTES = 64 * 1024

/** Bytes that are kept free in each file, for the line that ends it. */
const LAST_LINE_BYTES = 256

/**
 * Writes one line of JSON for each Observation to `file`, gzipped when its name ends in .gz. What a tick or the end follows
 * is in the file already, so a crash costs the last tenth of a second: a gzip file is many members, each whole by itself.
 *
 * With a rotation it goes on in the next file when one is full or old (volume.ts). Each has a head and an end, and is a recording
 * by itself; replayed one after the other they are one (joined.ts).
 *
 * A write that fails ends nothing. `warn` is told of the first; what is missing is counted, also by a line in its place as
 * soon as there is room again, and to `missed` each time. Throws a usage error at once when the file cannot be opened.
 */
export const createRecorder = (
  file: string,
  rotation: Rotation | undefined,
  warn: (message: string) => void,
  missed: (count: number) => void = () => undefined,
): Recorder => {
  const volume = orUsageError('--record', file, () =>
    rotation === undefined ? oneFile(file) : numberedFiles(file, rotation.files),
  )
  const compress = file.endsWith('.gz')
  const lines = createLines(volume, compress, rotation, { warn, missed })
  return {
    record: (observations) =>
      observations.pipe(
        tap({ next: lines.take, complete: lines.write }),
        finalize(() => {
          lines.write()
          close(volume)
        }),
      ),
    lost: lines.lost,
  }
}

// Gathers lines, and writes them when it is time.
const createLines = (
  volume: Volume,
  compress: boolean,
  rotation: Rotation | undefined,
  { warn, missed }: { warn: (message: string) => void; missed: (count: number) => void },
) => {
  const encode = (text: string) => (compress ? gzipSync(text) : Buffer.from(text))
  const heads = createHeads()
  /** Lines that wait to be written, the Observations among them that are no tick, and those before them that were not written. */
  let [waiting, count, missing] = ['', 0, 0]
  let failing = false
  const sum = { count: 0, of: 0, why: '' }

  const isFull = (bytes: number) =>
    rotation !== undefined &&
    volume.size() > 0 &&
    (volume.size() + bytes + LAST_LINE_BYTES > rotation.bytes || heads.age() >= rotation.age)

  const write = () => {
    const lines = `${missing > 0 ? lineOf({ kind: 'lost', what: 'events', count: missing }) : ''}${waiting}`
    if (lines === '' && heads.owed() === '') return
    const here = count
    ;[waiting, count] = ['', 0]
    try {
      let bytes = encode(heads.owed() + lines)
      if (isFull(bytes.length)) {
        turn(volume, encode(lineOf({ kind: 'stop', error: null, goes_on: true })), heads)
        bytes = encode(heads.owed() + lines)
      }
      volume.append(bytes)
      heads.paid()
      missing = 0
      failing = false
    } catch (error) {
      missing += here
      sum.count += here
      missed(here)
      if (sum.why === '')
        warn(`--record: cannot write ${volume.name()}: ${(sum.why = messageOf(error))}: what is missing is counted`)
      failing = true
    }
  }

  const take = (observation: Observation) => {
    heads.see(observation)
    const { kind } = observation
    if (kind !== 'tick') sum.of += 1
    if (kind !== 'start') waiting += lineOf(observation)
    if (kind !== 'start' && kind !== 'tick') count += 1
    // On a full disk it is tried again with each tick.
    if (kind === 'tick' || waiting.length > MEMBER_BYTES || !(compress || failing)) write()
  }

  const lost = (): Lost | undefined =>
    sum.why === '' ? undefined : { ...sum, end: missing > 0 || heads.owed() !== '' }

  return { take, write, lost }
}

// The trace has ended, and what could not be written is counted.
const close = (volume: Volume) => {
  try {
    volume.close()
  } catch {
    // A file without a line in it is left behind.
  }
}

// A disk that is full may not take the end of the old file: then that is cut off, as its replay says.
const turn = (volume: Volume, last: Uint8Array, heads: ReturnType<typeof createHeads>) => {
  try {
    volume.append(last)
  } finally {
    volume.turn()
    heads.goOn()
  }
}
