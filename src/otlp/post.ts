// SPDX-License-Identifier: MIT
import { gzipSync } from 'node:zlib'
import { messageOf } from '../errors.ts'
import type { Target } from './target.ts'

/** What became of a request: it was taken, with the body of the answer; it never will be; or nobody took it now. */
export type Posted =
  | { kind: 'taken'; body: Uint8Array }
  | { kind: 'refused'; why: string }
  | { kind: 'away'; why: string; afterMs: number }

/** The answers after which the specification of OTLP has a client try again. */
const LATER: readonly number[] = [429, 502, 503, 504]

/** The longest answer that is read, in bytes, and the longest wait that a server may ask for. */
const MOST_READ = 64 * 1024
const LONGEST_WAIT_MS = 60_000

/** Sends one body; resolves within the target's time, or when `stop` fires, whatever the server does. */
export const post = async (target: Target, bytes: Uint8Array, stop: AbortSignal): Promise<Posted> => {
  const timeout = AbortSignal.timeout(target.timeoutMs)
  try {
    const response = await fetch(target.url, {
      method: 'POST',
      headers: {
        ...target.headers,
        'content-type': 'application/x-protobuf',
        ...(target.gzip ? { 'content-encoding': 'gzip' } : {}),
      },
      body: target.gzip ? gzipSync(bytes) : Buffer.from(bytes),
      redirect: 'manual',
      signal: AbortSignal.any([timeout, stop]),
    })
    const body = await beginning(response)
    if (response.ok) return { kind: 'taken', body }
    const why = answered(response, body)
    if (!LATER.includes(response.status)) return { kind: 'refused', why }
    return { kind: 'away', why, afterMs: waitOf(response.headers.get('retry-after')) }
  } catch (error) {
    const why = timeout.aborted ? `no answer in ${target.timeoutMs / 1000} s` : causeOf(error)
    return { kind: 'away', why, afterMs: 0 }
  }
}

const beginning = async ({ body }: Response): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = []
  let length = 0
  if (body !== null)
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      chunks.push(chunk)
      length += chunk.length
      // Leaving the loop ends the connection.
      if (length > MOST_READ) break
    }
  return Buffer.concat(chunks)
}

const answered = ({ status, statusText }: Response, body: Uint8Array) => {
  // An error has a google.rpc.Status in protobuf, or words: of either what can be read.
  const words = Buffer.from(body.subarray(0, 300)).toString('latin1')
  const readable = words.replaceAll(/[^\x20-\x7e]+/g, ' ').trim()
  return `it answers ${status}${statusText === '' ? '' : ` ${statusText}`}${readable === '' ? '' : `: ${readable}`}`
}

const waitOf = (retryAfter: string | null) =>
  retryAfter !== null && /^\d{1,6}$/.test(retryAfter) ? Math.min(Number(retryAfter) * 1000, LONGEST_WAIT_MS) : 0

// fetch says `fetch failed` of everything; for a name with several addresses each failure is one of several.
const causeOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.errors.length > 0) return causeOf(error.errors[0])
  return error instanceof Error && error.cause !== undefined ? causeOf(error.cause) : messageOf(error)
}
