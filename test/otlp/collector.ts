// SPDX-License-Identifier: MIT
// A collector of OTLP that answers as it is told to, on a loopback address.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** How one request is answered: with a status and a body, never, or a byte at a time without end. */
export type Answer = number | { status: number; headers?: Record<string, string>; body?: Uint8Array } | 'hang' | 'drip'

/** What was received: the path, the headers, how many records. */
export type Received = { path: string; headers: IncomingMessage['headers']; body: Buffer; records: number }

/** Answers each request in turn with the next of `answers`, and with the last of them from then on. */
export const startCollector = async (answers: readonly Answer[]) => {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      const answer = answers[Math.min(received.length, answers.length - 1)] ?? 200
      received.push({ path: request.url ?? '', headers: request.headers, body, records: recordsIn(request, body) })
      reply(response, answer)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('it does not listen')
  return {
    url: `http://127.0.0.1:${address.port}`,
    received,
    records: () => received.map(({ records }) => records),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const reply = (response: ServerResponse, answer: Answer) => {
  if (answer === 'hang') return
  if (answer === 'drip') {
    response.writeHead(200)
    const drip = setInterval(() => response.write(Buffer.from([0])), 20)
    response.on('close', () => clearInterval(drip))
    return
  }
  const { status, headers = {}, body = Buffer.alloc(0) } = typeof answer === 'number' ? { status: answer } : answer
  response.writeHead(status, headers).end(body)
}

// opentelemetry/proto/collector/logs/v1: resource_logs = 1, in them scope_logs = 2, in them log_records = 2.
const recordsIn = ({ headers }: IncomingMessage, body: Buffer) =>
  headers['content-encoding'] === 'gzip'
    ? NaN
    : fields(body, 1)
        .flatMap((logs) => fields(logs, 2))
        .flatMap((logs) => fields(logs, 2)).length

/** The messages in a message of protobuf that have a number. */
const fields = (bytes: Buffer, wanted: number): Buffer[] => {
  const found: Buffer[] = []
  let at = 0
  const varint = () => {
    let value = 0
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++] ?? 0
      value += (byte & 127) * shift
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const tag = varint()
    const wire = tag & 7
    if (wire === 0) varint()
    else if (wire === 1) at += 8
    else if (wire === 5) at += 4
    else {
      const length = varint()
      if (tag >> 3 === wanted) found.push(bytes.subarray(at, at + length))
      at += length
    }
  }
  return found
}
