// SPDX-License-Identifier: MIT
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { environmentError, messageOf } from '../../errors.ts'
import type { Warn } from './tell.ts'

/** Where to listen: an IP address and a port, 0 for any that is free. */
export type Listen = { address: string; port: number }

/** What is asked for on `/metrics` and `/healthz`. */
export type Served = { metrics: () => Promise<{ type: string; text: string }>; healthy: () => boolean }

/** Connections at a time; a scraper needs one. */
const MOST_CONNECTIONS = 16

/** Milliseconds in which a client must send its request, or take some of its answer. */
const PATIENCE_MS = 10_000

/**
 * Serves two pages by HTTP. A client that asks for nothing, or does not read, is cut off. Fails with an environment error when it
 * cannot listen there; `close` resolves when no connection is left.
 */
export const serve = async (
  listen: Listen,
  served: Served,
  warn: Warn,
): Promise<{ url: string; close: () => Promise<void> }> => {
  const server = createServer(
    { headersTimeout: PATIENCE_MS, requestTimeout: PATIENCE_MS, connectionsCheckingInterval: PATIENCE_MS / 2 },
    (request, response) => void answer(request, response, served),
  )
  server.maxConnections = MOST_CONNECTIONS
  // What waits for a client that does not read is one answer.
  server.maxRequestsPerSocket = 1
  // Of a socket that has been silent for so long.
  server.setTimeout(PATIENCE_MS)
  await listening(server, listen)
  server.on('error', (error) => warn(`--metrics: ${messageOf(error)}`))
  return {
    url: `http://${written(listen.address)}:${portOf(server, listen)}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const listening = (server: Server, { address, port }: Listen) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      const words = WORDS['code' in error ? String(error.code) : ''] ?? messageOf(error)
      reject(
        environmentError(
          `--metrics: cannot listen on ${written(address)}:${port}: ${words}`,
          'give another port, or address and port, as in 127.0.0.1:9435',
          error,
        ),
      )
    })
    server.listen({ host: address, port, exclusive: true }, () => {
      server.removeAllListeners('error')
      resolve()
    })
  })

/** Node tells them by their names alone. */
const WORDS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use',
  EADDRNOTAVAIL: 'this host has no such address',
  EACCES: 'permission denied',
}

const answer = async (request: IncomingMessage, response: ServerResponse, { metrics, healthy }: Served) => {
  const send = (status: number, type: string, text: string) =>
    response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) }).end(text)
  const path = request.url?.split('?')[0]
  if (request.method !== 'GET' && request.method !== 'HEAD') send(405, PLAIN, 'GET or HEAD\n')
  else if (path === '/healthz') send(healthy() ? 200 : 503, PLAIN, healthy() ? 'tracing\n' : 'not tracing\n')
  else if (path !== '/metrics') send(404, PLAIN, '/metrics or /healthz\n')
  else {
    const { type, text } = await metrics()
    send(200, type, text)
  }
}

const PLAIN = 'text/plain; charset=utf-8'

const written = (address: string) => (address.includes(':') ? `[${address}]` : address)

const portOf = (server: Server, { port }: Listen) => {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}
