// SPDX-License-Identifier: MIT
// npm run fleet [-- HOSTS VERDICTS]: 1000 hosts and a million verdicts unless told otherwise.
import { startCluster } from './cluster.ts'
import { arrived, askAll, ship, stopInMidQuery } from './fleet.ts'
import { ensureVictoriaLogs } from './victoriaLogs.ts'

const say = (line: string) => process.stdout.write(`${line}\n`)

const main = async () => {
  const [hosts = 1000, verdicts = 1_000_000] = process.argv.slice(2).map(Number)
  const missing = await ensureVictoriaLogs()
  if (missing !== undefined) throw new Error(missing)
  const cluster = await startCluster()
  try {
    const began = performance.now()
    const { truth, said } = await ship({ hosts, verdicts }, cluster.insert.otlp)
    const seconds = (performance.now() - began) / 1000
    say(said.trim().split('\n').at(-1) ?? '')
    say(`${truth.verdicts} verdicts of ${hosts} hosts, judged and shipped in ${seconds.toFixed(0)} s`)
    await arrived(cluster, truth)
    let faults = 0
    for (const { name, ms, answer, fault } of await askAll(cluster, truth)) {
      say(
        `\n${name}: ${answer.length} rows in ${ms.toFixed(0)} ms${fault === undefined ? ', as simulated' : `: WRONG: ${fault}`}`,
      )
      for (const row of answer.slice(0, 5)) say(`  ${JSON.stringify(row)}`)
      if (fault !== undefined) faults += 1
    }
    say('\na store is stopped in mid-query:')
    for (const { when, partial, status, counted, words, ms } of await stopInMidQuery(cluster))
      say(`  ${when}${partial ? ', in part if need be' : ''}: ${status}, ${counted ?? words} (${ms.toFixed(0)} ms)`)
    process.exitCode = faults === 0 ? 0 : 1
  } finally {
    await cluster.end()
  }
}

await main()
