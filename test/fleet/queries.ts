// SPDX-License-Identifier: MIT
// The named queries of src/fleet, and of each what it must answer over a simulated fleet.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Truth } from './simulate.ts'
import type { Row } from './victoriaLogs.ts'

const DIRECTORY = fileURLToPath(new URL('../../src/fleet/', import.meta.url))

/** The names of all of them. */
export const QUERIES = readdirSync(DIRECTORY)
  .filter((file) => file.endsWith('.logsql'))
  .map((file) => file.replace('.logsql', ''))

/** The text of one, as its file has it. */
export const queryText = (name: string) => readFileSync(`${DIRECTORY}${name}.logsql`, 'utf8')

/** What is wrong with an answer; undefined: nothing. */
export const faultOf = (name: string, answer: readonly Row[], truth: Truth): string | undefined => {
  const check = CHECKS[name]
  if (check === undefined) return 'nobody checks it'
  const { got, expected } = check(answer, truth)
  const [one, other] = [JSON.stringify(got), JSON.stringify(expected)]
  return one === other ? undefined : `got ${one}, expected ${other}`
}

type Check = (answer: readonly Row[], truth: Truth) => { got: unknown; expected: unknown }

const CHECKS: Readonly<Record<string, Check>> = {
  'top-causes-by-hour': (answer, { hours }) => ({
    got: answer.map((row) => [
      row['_time'],
      Number(row['resets']),
      hours.get(`${row['_time']} ${row['tcp.reset.cause']}`),
    ]),
    expected: firstOfEach(hours, 5).map(([hour, n]) => [hour, n, n]),
  }),
  'who-resets-whom': (answer, { sent }) => ({
    // By name: a peer has the name of the host with its address.
    got: answer.map((row) => [Number(row['resets']), sent.get(`${row['host.name']} ${row['peer.host']}`)]),
    expected: most(sent)
      .slice(0, 20)
      .map(([, n]) => [n, n]),
  }),
  'listeners-that-overflow': (answer, { overflows }) => ({
    got: answer.map((row) => Number(row['resets'])),
    expected: most(overflows)
      .slice(0, 20)
      .map(([, n]) => n),
  }),
  'both-ends': (answer, { pairs }) => ({
    got: [answer.length, answer.every((row) => pairs.has(`${row['tcp.reset.cause']} ${row['peer.tcp.reset.cause']}`))],
    expected: [Math.min(20, sum([...pairs.values()])), true],
  }),
  'how-right-the-other-end-was': (answer, { pairs }) => ({
    got: answer.map((row) => [`${row['tcp.reset.cause']} ${row['peer.tcp.reset.cause']}`, Number(row['pairs'])]),
    expected: most(pairs),
  }),
  'new-causes-since-yesterday': (answer, { fresh }) => ({
    got: answer
      .filter((row) => row['tcp.reset.cause'] === 'forged')
      .map((row) => [`${row['host.name']} ${row['tcp.reset.cause']}`, Number(row['resets'])]),
    expected: most(fresh),
  }),
}

const most = (map: ReadonlyMap<string, number>) => [...map].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))

const sum = (values: readonly (string | number | undefined)[]) =>
  values.reduce<number>((all, value) => all + Number(value), 0)

// The highest counts of each hour.
const firstOfEach = (hours: ReadonlyMap<string, number>, count: number): [string, number][] => {
  const byHour = new Map<string, number[]>()
  for (const [key, n] of hours) {
    const [hour = ''] = key.split(' ')
    byHour.set(hour, [...(byHour.get(hour) ?? []), n])
  }
  return [...byHour]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([hour, counts]) =>
      counts
        .toSorted((m, n) => n - m)
        .slice(0, count)
        .map((n): [string, number] => [hour, n]),
    )
}
