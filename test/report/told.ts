// SPDX-License-Identifier: MIT
// Verdicts as a report has them, from the fixtures of the lab.
import { readFileSync } from 'node:fs'
import { from } from 'rxjs'
import { ANY } from '../../src/filter/filter.ts'
import { ANY_VERDICT } from '../../src/filter/verdict.ts'
import type { Start } from '../../src/format/sink.ts'
import type { Observation } from '../../src/observation.ts'
import { decode } from '../../src/recording/decode.ts'
import type { Told } from '../../src/report/entry.ts'
import { createTrail } from '../../src/report/trail.ts'
import { run } from '../../src/run.ts'

/** The path of a fixture's recording: `6.12/forged`. */
export const fixture = (name: string) => new URL(`../../fixtures/${name}/recording.jsonl`, import.meta.url).pathname

/** What a report tells of these Observations. */
export const toldOf = async (observations: readonly Observation[]): Promise<Told[]> => {
  const trail = createTrail()
  const told: Told[] = []
  let start: Start | undefined
  await run(from(observations), {
    record: (same) => same,
    filter: { ...ANY, ...ANY_VERDICT },
    steps: [],
    count: Infinity,
    enough: () => undefined,
    see: (observation) => {
      trail.see(observation)
      if (observation.kind === 'start') start = observation
    },
  }).forEach((line) => {
    if (line.kind === 'verdict' && start !== undefined)
      told.push({ verdict: line.verdict, start, events: trail.of(line.verdict) })
  })
  return told
}

/** The Observations of a fixture. */
export const observationsOf = (name: string): Observation[] =>
  readFileSync(fixture(name), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line, index) => decode(line, index + 1))
