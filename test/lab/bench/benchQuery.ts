// SPDX-License-Identifier: MIT
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { ensureHostPackages } from '../vm/hostPackages.ts'
import { recordings } from './benchReplay.ts'
import { multiply } from './multiply.ts'
import { print, row, timed } from './taken.ts'

const CLI = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url))

/** A group of a million verdicts is to be there in so many seconds. */
const MOST_SECONDS = 2

const QUERIES = {
  'by cause': 'SELECT cause, count(*) FROM verdicts GROUP BY cause ORDER BY 2 DESC',
  'by minute, cause and owner': `SELECT date_trunc('minute', time) AS minute, cause, comm, count(*) AS resets
    FROM verdicts GROUP BY ALL ORDER BY resets DESC LIMIT 20`,
  'the peers of each port': `SELECT dport, count(DISTINCT saddr) AS peers, min(time), max(time)
    FROM verdicts GROUP BY dport ORDER BY peers DESC LIMIT 20`,
}

/** Judges recordings of so many resets, writes the verdicts as Parquet and as JSON lines, and prints what queries over them take. */
export const benchQuery = async (verdicts: number): Promise<void> => {
  await ensureHostPackages(undefined, { time: 'time' })
  const work = mkdtempSync(join(tmpdir(), 'trace-reset-query-'))
  try {
    for (const format of ['parquet', 'json']) {
      const file = join(work, `verdicts.${format}`)
      const began = performance.now()
      await judge(verdicts, format, file)
      const size = (statSync(file).size / 1e6).toFixed(0)
      print(`${format}: ${size} MB, judged and written in ${((performance.now() - began) / 1000).toFixed(0)} s\n`)
      print(`${['seconds', 'processor', 'MiB'].map((head) => head.padStart(12)).join('')}\n`)
      for (const [name, sql] of Object.entries(QUERIES)) {
        const taken = await timed(process.execPath, [CLI, 'query', sql, file])
        row(`${name}${format !== 'parquet' || taken.seconds <= MOST_SECONDS ? '' : ', MISSED'}`, taken)
      }
    }
    print(`\nthe target of Parquet is ${MOST_SECONDS} s\n`)
  } finally {
    rmSync(work, { recursive: true })
  }
}

const judge = async (verdicts: number, format: string, file: string) => {
  const replay = execa(process.execPath, [CLI, 'replay', '-', '-f', format, '-o', file], { stderr: 'ignore' })
  let waiting: string[] = []
  for (const line of multiply(recordings(), verdicts)) {
    waiting.push(line, '\n')
    if (waiting.length < 4000) continue
    if (!replay.stdin.write(waiting.join(''))) await once(replay.stdin, 'drain')
    waiting = []
  }
  replay.stdin.end(waiting.join(''))
  await replay
}
