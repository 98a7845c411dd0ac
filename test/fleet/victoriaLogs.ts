// SPDX-License-Identifier: MIT
// A real VictoriaLogs: built once from its Go module, outside this repository, and run on loopback addresses.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { z } from 'zod'
import { goProgram } from '../goProgram.ts'

const { path: PROGRAM, ensure } = goProgram('github.com/VictoriaMetrics/VictoriaLogs/app/victoria-logs', 'v1.52.1')

/** Builds it where that was not done before, half a minute; gives why there is none, or undefined. */
export const ensureVictoriaLogs = ensure

export type Engine = Awaited<ReturnType<typeof startEngine>>

/** Starts one and waits until it answers. Its data is in a directory of its own, which its end removes. */
export const startEngine = async (args: readonly string[] = [], { storage = true } = {}) => {
  const home = mkdtempSync(join(tmpdir(), 'trace-reset-logs-'))
  const port = await freePort()
  const log = { file: join(home, 'log') }
  const flags = [
    `-httpListenAddr=127.0.0.1:${port}`,
    // What is replayed may be years old.
    ...(storage ? [`-storageDataPath=${join(home, 'data')}`, '-retentionPeriod=100y'] : []),
    ...args,
  ]
  const run = () => execa(PROGRAM, flags, { stdin: 'ignore', stdout: log, stderr: log, reject: false })
  const url = `http://127.0.0.1:${port}`
  const get = async (path: string, parameters: Record<string, string> = {}) => {
    const response = await fetch(`${url}${path}`, { method: 'POST', body: new URLSearchParams(parameters) })
    return { status: response.status, text: await response.text() }
  }
  let child = run()
  const answers = async () => {
    while (child.exitCode === null) {
      const healthy = await get('/health').then(
        ({ status }) => status === 200,
        () => false,
      )
      if (healthy) return
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    throw new Error(`VictoriaLogs has ended: ${readFileSync(log.file, 'utf8').slice(-500)}`)
  }
  await answers()
  return {
    /** ADDRESS:PORT, as another one of them takes it. */
    address: `127.0.0.1:${port}`,
    /** Where it takes OTLP. */
    otlp: `${url}/insert/opentelemetry/v1/logs`,
    /** What it answers to a query, with its status, headers and the time that it took. */
    ask: async (query: string, parameters: Record<string, string> = {}) => {
      const began = performance.now()
      const answer = await get('/select/logsql/query', { query, ...parameters })
      return { ...answer, ms: performance.now() - began }
    },
    /** The rows of a query. Throws with its words when it fails. */
    query: async (query: string): Promise<Row[]> => {
      const { status, text } = await get('/select/logsql/query', { query })
      if (status !== 200) throw new Error(`${query}: ${status}: ${text}`)
      return rows(text)
    },
    /** Makes all that it took visible to queries. */
    flush: () => get('/internal/force_flush'),
    /** Resolves when all that it took is on disk: a kill loses what is not, 5 s of it by default. */
    stored: () =>
      seen(async () => /^vl_storage_rows\{type="storage\/inmemory"\} 0$/m.test((await get('/metrics')).text)),
    signal: (signal: NodeJS.Signals) => child.kill(signal),
    kill: async (signal: NodeJS.Signals = 'SIGTERM') => {
      child.kill(signal)
      await child
    },
    /** Starts it again with what it has stored. */
    restart: async () => {
      child = run()
      await answers()
    },
    /** Resolves when it works at a query. */
    busy: () => seen(async () => /^vl_concurrent_select_current [1-9]/m.test((await get('/metrics')).text)),
    remove: () => rmSync(home, { recursive: true, force: true }),
  }
}

/** Resolves when it holds; asks often. Fails after a minute. */
export const seen = async (holds: () => Promise<boolean>) => {
  const end = performance.now() + 60_000
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`it never came to be: ${String(holds)}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** A row of an answer: every value is text. */
const Row = z.record(z.string(), z.string())
export type Row = Readonly<z.infer<typeof Row>>

/** The rows of a text with one JSON object a line. */
export const rows = (text: string): Row[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Row.parse(JSON.parse(line)))

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (typeof address === 'object' && address !== null) server.close(() => resolve(address.port))
    })
  })
