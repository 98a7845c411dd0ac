// SPDX-License-Identifier: MIT
import { createReadStream, openSync } from 'node:fs'
import { stdin } from 'node:process'
import { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { constants, createGunzip } from 'node:zlib'
import { Observable } from 'rxjs'
import { decode } from './decode.ts'
import { ExpectedError, messageOf, traceError } from '../errors.ts'
import type { Observation } from '../observation.ts'
import { createJoining } from './joined.ts'

/** Longer than any line that is ours: a file of something else may have no end of line at all. */
const LONGEST_LINE = 1024 * 1024

/** Read at once: some hundred lines. */
const CHUNK_BYTES = 256 * 1024

/** What an Observation waits for before it is given; undefined: nothing. */
export type Pace = (observation: Observation) => Promise<void> | undefined

/** What a replay tells beside its Observations: a warning, and how many bytes of the file it has read; and its pace. */
export type Listener = {
  warn: (message: string) => void
  read?: ((bytes: number) => void) | undefined
  pace?: Pace | undefined
}

/**
 * The Observations of a recording, `-` for standard input; gzip is known by its content. A recording that was cut off gives
 * its whole lines and ends without `stop`, and `warn` is told. Fails with a trace error that names the line when one is
 * garbled or of a newer schema, or when the file is no recording; the lines before it have been given by then.
 *
 * The file is read no faster than its Observations are taken: the memory that this needs does not grow with its length.
 */
export const replay = (file: string, listener: Listener): Observable<Observation> =>
  oneByOne(() => allOf([file], listener), [file])

/** Several recordings, one behind the other: `next` gives the Observations of one, until `done`. */
export type Recordings = { next: () => Observable<Observation>; done: () => boolean }

/**
 * The recordings in some files, of which one may hold several, as `cat A B` makes it: each begins with its `start`. `next` may be
 * called again when what it gave has completed; it fails as `replay` does. `read` is told the bytes read of all files together.
 */
export const recordings = (files: readonly string[], listener: Listener): Recordings => {
  const batches = allOf(files, listener)
  /** What was read from the next start on. */
  let rest: Observation[] = []
  let done = false
  async function* one(): AsyncGenerator<Observation[]> {
    for (let first = true; ;) {
      const { value = [], done: atEnd } = rest.length > 0 ? { value: rest } : await batches.next()
      rest = []
      if (atEnd === true) {
        done = true
        return
      }
      const next = value.findIndex(({ kind }, index) => kind === 'start' && !(first && index === 0))
      if (value.length > 0) first = false
      yield next < 0 ? value : value.slice(0, next)
      if (next < 0) continue
      rest = value.slice(next)
      return
    }
  }
  return { next: () => oneByOne(one, files), done: () => done }
}

// The Observations of batches. Whoever has enough, in the middle of a batch, gets no more of it, nor of standard input: a pipe that
// stays open would keep the process.
const oneByOne = (batches: () => AsyncGenerator<Observation[]>, files: readonly string[]): Observable<Observation> =>
  new Observable((subscriber) => {
    let ended = false
    const give = async () => {
      for await (const batch of batches())
        for (const observation of batch) {
          if (subscriber.closed) return
          subscriber.next(observation)
        }
    }
    give()
      .finally(() => (ended = true))
      .then(
        () => subscriber.complete(),
        (error: unknown) => subscriber.error(error),
      )
    return () => {
      if (!ended && files.includes('-')) stdin.destroy()
    }
  })

async function* allOf(
  files: readonly string[],
  { warn, read, pace }: Listener,
): AsyncGenerator<Observation[], undefined> {
  let before = 0
  const joining = createJoining()
  for (const file of files) {
    let here = 0
    const told = read === undefined ? undefined : (bytes: number) => read(before + (here = bytes))
    for await (const batch of observations(file, { warn, read: told, pace })) yield joining.batch(batch)
    before += here
  }
  yield joining.rest()
  return undefined
}

// In batches, as they are read: an await for each line would take longer than its judgement.
async function* observations(file: string, { warn, read, pace }: Listener): AsyncGenerator<Observation[]> {
  let number = 0
  let whole = 0
  let stopped = false
  for await (const lines of readable(file, () => number, read)) {
    let batch: Observation[] = []
    for (const line of lines) {
      number += 1
      try {
        const observation = decode(line.text, number)
        whole = number
        stopped ||= observation.kind === 'stop'
        const waiting = pace?.(observation)
        if (waiting !== undefined) {
          yield batch
          batch = []
          await waiting
        }
        batch.push(observation)
      } catch (error) {
        // Half a line at the very end is a write that was cut off, and no fault of the rest.
        if (!line.whole && number > 1) continue
        yield batch
        throw traceError(`${file}: line ${number}: ${messageOf(error)}`, hintFor(number), error)
      }
    }
    yield batch
  }
  if (number === 0) throw traceError(`${file}: it is empty, and no recording`, hintFor(1))
  if (!stopped) warn(`${file} was cut off after line ${whole}: what is there is judged`)
}

// A damaged gzip, a directory: what the system says of the file, instead of a fault of ours.
async function* readable(file: string, line: () => number, read: Listener['read']): AsyncGenerator<Line[]> {
  try {
    yield* lines(file, read)
  } catch (error) {
    if (error instanceof ExpectedError) throw error
    throw traceError(`${file}: cannot be read after line ${line()}: ${messageOf(error)}`, hintFor(line() + 1), error)
  }
}

const hintFor = (line: number) =>
  line === 1
    ? 'a recording is what trace-reset --record FILE writes'
    : 'the lines before it were judged; mend or remove this one to read on'

/** A line without its end of line; the last one of a file that was cut off is not whole. */
type Line = { text: string; whole: boolean }

async function* lines(file: string, read: Listener['read']): AsyncGenerator<Line[]> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  for await (const bytes of contents(file, read)) {
    const parts = (rest + decoder.write(bytes)).split('\n')
    rest = parts.pop() ?? ''
    yield parts.map((text) => ({ text, whole: true }))
    if (rest.length > LONGEST_LINE) break
  }
  if (rest !== '') yield [{ text: rest, whole: rest.length > LONGEST_LINE }]
}

/** The bytes of a file, `-` for standard input, unzipped where it is gzip. Fails with a trace error where it cannot be opened. */
export async function* contents(file: string, read: Listener['read']): AsyncGenerator<Buffer> {
  // Not by its number: a pipe may be non-blocking, and a read of an empty one then fails with EAGAIN.
  const source = file === '-' ? stdin : createReadStream('', { fd: openForReading(file), highWaterMark: CHUNK_BYTES })
  const chunks = counted(source, read)
  const first = await chunks.next()
  if (first.done === true) return
  const all = Readable.from(prepend(first.value, { [Symbol.asyncIterator]: () => chunks }))
  const zipped = first.value[0] === 0x1f && first.value[1] === 0x8b
  // Z_SYNC_FLUSH: what was cut off gives what is there instead of an error.
  yield* (
    zipped ? all.pipe(createGunzip({ finishFlush: constants.Z_SYNC_FLUSH, chunkSize: CHUNK_BYTES })) : all
  ) as AsyncIterable<Buffer>
}

async function* counted(chunks: AsyncIterable<Buffer>, read: Listener['read']): AsyncGenerator<Buffer> {
  let bytes = 0
  for await (const chunk of chunks) {
    read?.((bytes += chunk.length))
    yield chunk
  }
}

async function* prepend(first: Buffer, others: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first
  yield* others
}

const openForReading = (file: string) => {
  try {
    return openSync(file, 'r')
  } catch (error) {
    throw traceError(`cannot read ${file}: ${messageOf(error)}`, 'name a recording made with --record', error)
  }
}
