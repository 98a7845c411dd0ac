// SPDX-License-Identifier: MIT
// The alerts and the dashboard: judged by promtool, and answered by Debian's own Prometheus, where the machine has them.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { serve } from '../../src/commands/trace/serve.ts'
import { createCounters } from '../../src/metrics/counters.ts'
import { counters as reading, lookup, lost, start, verdict } from '../samples.ts'

const directory = mkdtempSync(join(tmpdir(), 'trace-reset-prometheus-'))
afterAll(() => rmSync(directory, { recursive: true }))
const shipped = (name: string) => fileURLToPath(new URL(`../../src/metrics/${name}`, import.meta.url))

const has = async (program: string) => !(await execa('which', [program], { reject: false })).failed
const promtool = await has('promtool')
const prometheus = await has('prometheus')
if (!promtool || !prometheus)
  process.stderr.write('no promtool or no prometheus: apt-get install prometheus has both\n')

/** A trace that goes on: each of its moments has one of everything. */
const traced = () => {
  const counters = createCounters('1.2.3', ['lport'])
  counters.see(start({ missing: ['tcp_v6_rcv'] }))
  let moments = 0
  const moment = () => {
    counters.judged(verdict({ outcome: 'sent' }))
    counters.judged(verdict({ outcome: 'received', cause: 'forged', who: 'middlebox', confidence: 'likely' }))
    counters.see(lookup())
    counters.see(lost('events', 1))
    counters.kernel([reading(1, { OutRsts: 100 + ++moments })])
  }
  moment()
  const metrics = async () => {
    moment()
    return { type: counters.contentType, text: await counters.text() }
  }
  return { counters, served: { metrics, healthy: counters.tracing } }
}

test.skipIf(!promtool)('promtool has nothing to say of the metrics', async () => {
  const { all } = await execa('promtool', ['check', 'metrics'], { input: await traced().counters.text(), all: true })
  expect(all).toBe('')
})

test.skipIf(!promtool)('promtool takes the alerts', async () => {
  const { stdout } = await execa('promtool', ['check', 'rules', shipped('alerts.yml')])
  expect(stdout).toContain('SUCCESS: 3 rules found')
})

test('every name in the alerts and the dashboard is that of a metric', async () => {
  const known = new Set((await traced().counters.text()).match(/tracereset_\w+/g))
  const used = ['alerts.yml', 'dashboard.json'].flatMap(
    (name) => readFileSync(shipped(name), 'utf8').match(/tracereset_\w+/g) ?? [],
  )
  expect(used.filter((name) => !known.has(name))).toEqual([])
})

test.skipIf(!prometheus)(
  'Prometheus scrapes, answers every query of the dashboard, and warns',
  { timeout: 120_000 },
  async () => {
    const { url, close } = await serve({ address: '127.0.0.1', port: 0 }, traced().served, () => undefined)
    const target = new URL(url).host
    const port = await freePort()
    const api = `http://127.0.0.1:${port}/api/v1`
    const server = startPrometheus(target, port)
    try {
      const ask = (query: string) => answered(`${api}/query?query=${encodeURIComponent(query)}`)
      await eventually(
        'it has scraped three times',
        async () => (await ask('count_over_time(tracereset_tracing[1h]) > 2')).length > 0,
      )
      const silent: string[] = []
      for (const { title, query } of queries(target)) if ((await ask(query)).length === 0) silent.push(title)
      expect(silent).toEqual([])
      await eventually('it warns', async () => (await alerts(api)).length === 2)
      expect(await alerts(api)).toEqual(['TcpResetForged', 'TraceResetLoses'])
    } finally {
      server.kill('SIGTERM')
      await server
      await close()
    }
  },
)

const startPrometheus = (target: string, port: number) => {
  const config = join(directory, 'prometheus.yml')
  writeFileSync(
    config,
    JSON.stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [shipped('alerts.yml')],
      scrape_configs: [{ job_name: 'trace-reset', static_configs: [{ targets: [target] }] }],
    }),
  )
  return execa(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, 'tsdb')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { reject: false, stdin: 'ignore', stdout: 'ignore', stderr: 'ignore' },
  )
}

const Dashboard = z.object({
  panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })) })),
})

// As Grafana asks: its variables are filled in.
const queries = (instance: string) =>
  Dashboard.parse(JSON.parse(readFileSync(shipped('dashboard.json'), 'utf8'))).panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => ({
      title,
      query: expr.replaceAll('$__rate_interval', '1m').replaceAll('$__range', '1h').replaceAll('$instance', instance),
    })),
  )

const Answer = z.object({ status: z.literal('success'), data: z.object({ result: z.array(z.unknown()) }) })
const answered = async (url: string) => Answer.parse(await (await fetch(url)).json()).data.result

const Alerts = z.object({
  data: z.object({ alerts: z.array(z.object({ labels: z.object({ alertname: z.string() }), state: z.string() })) }),
})
const alerts = async (api: string) =>
  Alerts.parse(await (await fetch(`${api}/alerts`)).json())
    .data.alerts.filter(({ state }) => state === 'firing')
    .map(({ labels }) => labels.alertname)
    .toSorted()

const freePort = async () => {
  const holder = await serve({ address: '127.0.0.1', port: 0 }, traced().served, () => undefined)
  await holder.close()
  return Number(new URL(holder.url).port)
}

const eventually = async (what: string, holds: () => Promise<boolean>) => {
  const end = performance.now() + 60_000
  while (!(await holds().catch(() => false))) {
    if (performance.now() > end) throw new Error(`it never came to be: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
