// SPDX-License-Identifier: MIT
import { Observable } from 'rxjs'
import { ExpectedError, messageOf, traceError } from '../errors.ts'
import type { Observation } from '../observation.ts'
import { SCHEMA } from '../observation.ts'
import { contents } from '../recording/replay.ts'
import { timeOf } from '../time.ts'
import type { Verdict } from '../verdict/verdict.ts'
import { createJudge } from './judged.ts'
import type { Piece, Reader } from './packet.ts'
import { isPcap, pcapReader } from './pcap.ts'
import { isPcapng, pcapngReader } from './pcapng.ts'
import { segmentOf } from './segment.ts'

/** Whether a file that begins so is a capture. */
export const isCapture = (first: Buffer): boolean => isPcap(first) || isPcapng(first)

/** What a capture gives: Observations of it, as of a trace, and verdicts. */
export type Read = { observation: Observation } | { verdict: Verdict }

/** Whose addresses are this host's, what to say beside, and how many bytes have been read. */
export type CaptureListener = {
  isHere: (address: string, family: 4 | 6) => boolean
  warn: (message: string) => void
  read?: ((bytes: number) => void) | undefined
}

/**
 * Judges a capture, pcap or pcapng, also gzipped. It is read no faster than it is taken, in bounded memory. Fails with a trace
 * error where it is damaged; what stands before was judged.
 */
export const captured = (file: string, listener: CaptureListener): Observable<Read> =>
  new Observable((subscriber) => {
    const give = async () => {
      for await (const batch of readings(file, listener))
        for (const one of batch) {
          if (subscriber.closed) return
          subscriber.next(one)
        }
    }
    give().then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    )
  })

async function* readings(file: string, { isHere, warn, read }: CaptureListener): AsyncGenerator<Read[]> {
  const judge = createJudge(isHere)
  let reader: Reader | undefined
  let [begun, dropped, unread, packets] = [false, 0, 0, 0]
  const see = (piece: Piece): Read[] => {
    if ('dropped' in piece) {
      dropped += piece.dropped
      return []
    }
    packets += 1
    const found = segmentOf(piece)
    const head = begun ? [] : [{ observation: startAt(piece.at) }]
    begun = true
    if (found === undefined) {
      unread += 1
      return head
    }
    return [...head, ...judge.push(found).map((verdict) => ({ verdict }))]
  }
  try {
    for await (const chunk of contents(file, read)) {
      reader ??= readerOf(chunk)
      yield* seen(reader(chunk), see)
    }
  } catch (error) {
    yield judge.flush().map((verdict) => ({ verdict }))
    if (error instanceof ExpectedError) throw error
    throw traceError(`${file}: ${messageOf(error)} after packet ${packets}`, 'what stands before was judged', error)
  }
  yield [
    ...judge.flush().map((verdict) => ({ verdict })),
    ...(dropped > 0 ? [{ observation: { kind: 'lost', what: 'events', count: dropped } } as const] : []),
    ...(begun ? [{ observation: { kind: 'stop', error: null } } as const] : []),
  ]
  if (packets === 0) warn(`${file} has no packets`)
  else if (unread === packets) warn(`${file} has no TCP in a form that is read`)
}

// What stands before a damage is given before it fails.
function* seen(pieces: Iterable<Piece>, see: (piece: Piece) => Read[]): Generator<Read[]> {
  const batch: Read[] = []
  try {
    for (const piece of pieces) batch.push(...see(piece))
  } catch (error) {
    yield batch
    throw error
  }
  yield batch
}

const readerOf = (first: Buffer): Reader => {
  if (isPcapng(first)) return pcapngReader()
  if (isPcap(first)) return pcapReader()
  throw new Error('no capture')
}

/** A capture has the dates themselves: its boot is in 1970. */
const startAt = (at: bigint): Observation => ({
  kind: 'start',
  schema: SCHEMA,
  tool: '',
  at: timeOf(at),
  boot: { s: 0, ns: 0 },
  kernel: 'none: a capture',
  bpftrace: 'none',
  filter: {},
  probes: [],
  missing: [],
  program: '',
  ehash: 'off',
})
