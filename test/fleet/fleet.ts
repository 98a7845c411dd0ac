// SPDX-License-Identifier: MIT
// A fleet's verdicts in a cluster of VictoriaLogs: recordings of simulated hosts, judged and shipped by the command itself, the
// named queries over them, and what is answered and said when a store goes in the middle of a query.
import { once } from 'node:events'
import { start } from '../command.ts'
import type { Cluster } from './cluster.ts'
import { faultOf, QUERIES, queryText } from './queries.ts'
import { simulate, type Truth } from './simulate.ts'
import { rows, seen, type Row } from './victoriaLogs.ts'

export type Size = { hosts: number; verdicts: number }

/** Hours: a million verdicts take minutes. */
const LONGEST_MS = 4 * 3_600_000

/** Pipes the recordings into `trace-reset replay - --otlp`; gives the truth and what the command said. */
export const ship = async (
  size: Size,
  otlp: string,
): Promise<{ truth: Truth; said: string; exitCode: number | undefined }> => {
  const child = start(['replay', '-', '-o', '/dev/null', '--otlp', otlp], {
    timeout: LONGEST_MS,
    stdin: 'pipe',
    env: { OTEL_EXPORTER_OTLP_HEADERS: 'VL-Msg-Field=tcp.reset.why' },
  })
  const { stdin } = child
  if (stdin === null) throw new Error('it has no standard input')
  const truth = await simulate({ ...size, now: Math.floor(Date.now() / 1000) }, async (recording) => {
    if (!stdin.write(recording)) await once(stdin, 'drain')
  })
  stdin.end()
  const { stderr, exitCode } = await child
  return { truth, said: String(stderr), exitCode }
}

/** Resolves when the cluster has all of them, where queries see them: a node that spreads has taken what it has not sent on yet. */
export const arrived = async ({ stores, select }: Cluster, { verdicts }: Truth): Promise<void> => {
  await seen(async () => {
    for (const store of stores) await store.flush()
    const [row] = await select.query(COUNT)
    return Number(row?.['n']) === verdicts
  })
}

export type Asked = { name: string; ms: number; answer: Row[]; fault: string | undefined }

/** Asks each named query. */
export const askAll = async ({ select }: Cluster, truth: Truth): Promise<Asked[]> => {
  const all: Asked[] = []
  for (const name of QUERIES) {
    const { status, text, ms } = await select.ask(queryText(name))
    const answer = status === 200 ? rows(text) : []
    const fault = status === 200 ? faultOf(name, answer, truth) : `${status}: ${text}`
    all.push({ name, ms, answer, fault })
  }
  return all
}

/** What came of a query: the status, the first words, and what the answer counts, where it is one. */
export type Told = {
  when: string
  partial: boolean
  status: number
  counted: number | undefined
  words: string
  ms: number
}

const COUNT = '* | stats count() as n'

/**
 * Stops a store in the middle of a query (it has the question and does not answer, then it is killed), and asks again while it is
 * gone, each time with and without leave to answer in part.
 */
export const stopInMidQuery = async ({ stores: [store], select }: Cluster): Promise<Told[]> => {
  const told: Told[] = []
  const ask = async (when: string, partial: boolean) => {
    const { status, text, ms } = await select.ask(COUNT, { allow_partial_response: partial ? '1' : '0' })
    const [row] = status === 200 ? rows(text) : []
    told.push({
      when,
      partial,
      status,
      counted: row === undefined ? undefined : Number(row['n']),
      words: status === 200 ? '' : text.trim(),
      ms,
    })
  }
  await store.stored()
  await ask('both there', false)
  store.signal('SIGSTOP')
  const asked = Promise.all([ask('killed in mid-query', false), ask('killed in mid-query', true)])
  await select.busy()
  await store.kill('SIGKILL')
  await asked
  await ask('gone', false)
  await ask('gone', true)
  await store.restart()
  await ask('back', false)
  return told.toSorted((one, other) => order(one) - order(other))
}

const MOMENTS = ['both there', 'killed in mid-query', 'gone', 'back']

// Two that are asked at once are answered in any order.
const order = ({ when, partial }: Told) => 2 * MOMENTS.indexOf(when) + Number(partial)
