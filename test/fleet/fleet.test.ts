// SPDX-License-Identifier: MIT
// A slice of `npm run fleet`, where there is Go to build VictoriaLogs: the named queries over replayed recordings of 50 hosts in a
// cluster, and a store that goes in the middle of a query.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startCluster, type Cluster } from './cluster.ts'
import { arrived, askAll, ship, stopInMidQuery, type Asked, type Told } from './fleet.ts'
import { QUERIES } from './queries.ts'
import { ensureVictoriaLogs } from './victoriaLogs.ts'

const missing = await ensureVictoriaLogs()

describe.skipIf(missing !== undefined)(`VictoriaLogs ${missing ?? ''}`, () => {
  let cluster: Cluster
  let shipped: Awaited<ReturnType<typeof ship>>
  let asked: Asked[]
  let told: Told[]

  beforeAll(async () => {
    cluster = await startCluster()
    shipped = await ship({ hosts: 50, verdicts: 2000 }, cluster.insert.otlp)
    await arrived(cluster, shipped.truth)
    asked = await askAll(cluster, shipped.truth)
    told = await stopInMidQuery(cluster)
  }, 600_000)

  afterAll(() => cluster.end())

  test('has taken what the command judged, and nothing was lost', () => {
    expect(shipped.said).toContain(`has taken ${shipped.truth.verdicts} verdicts`)
    expect(shipped.exitCode).toBe(0)
  })

  test.each(QUERIES)('%s answers what was simulated', (name) => {
    const found = asked.find((one) => one.name === name)
    expect(found?.fault).toBeUndefined()
    expect(found?.answer.length).toBeGreaterThan(0)
  })

  test('a store that is killed in mid-query: refused, or in part where that is asked for', () => {
    const { verdicts } = shipped.truth
    expect(told.map(({ when, partial, status }) => [when, partial, status])).toEqual([
      ['both there', false, 200],
      ['killed in mid-query', false, 502],
      ['killed in mid-query', true, 200],
      ['gone', false, 502],
      ['gone', true, 200],
      ['back', false, 200],
    ])
    const [before, , part, , gone, back] = told.map(({ counted }) => counted)
    expect([before, back]).toEqual([verdicts, verdicts])
    expect(part).toBe(gone)
    expect(part).toBeGreaterThan(0)
    expect(part).toBeLessThan(verdicts)
  })
})

test('README.md has each query', () => {
  const readme = readFileSync(new URL('../../src/fleet/README.md', import.meta.url), 'utf8')
  for (const name of QUERIES) expect(readme).toContain(`[${name}](${name}.logsql)`)
})
