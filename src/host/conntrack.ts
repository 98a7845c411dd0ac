// SPDX-License-Identifier: MIT
// The conntrack tables of this machine: which connections NAT has translated, in every network namespace.
import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { execa } from 'execa'
import split2 from 'split2'
import type { Kind } from '../observation.ts'
import type { Time } from '../time.ts'
import { netnsPaths } from './netns.ts'
import { readConntrackLine, type Translated } from './procNetConntrack.ts'

/** A translated connection, and the network namespace that translates it. */
export type Entry = Translated & { netns: number }

/** The entry as an Observation of that moment. */
export const natOf = ({ family, original, reply, netns }: Entry, at: Time): Kind<'nat'> => ({
  kind: 'nat',
  at,
  cpu: 0,
  fn: 'proc',
  tuple: { family, ...original, netns },
  reply,
})

/** The most connections of one table that are read: before each page the kernel counts its way from the beginning. */
const MOST_ENTRIES = 100_000

/** A table in /proc: below `/proc/PID/net`, or read by a command in a namespace that only a mount leads to. */
type Table = { netns: number; directory: string } | { netns: number; mount: string }

/** Whether the kernel follows connections at all, and shows them (CONFIG_NF_CONNTRACK_PROCFS). */
export const hasConntrack = (): boolean => existsSync('/proc/net/nf_conntrack')

/**
 * Every translated connection there is, and in `cut` the network namespaces whose tables are longer than what is read.
 * Lets other work run between the lines.
 */
export const readConntrack = async (): Promise<{ entries: Entry[]; cut: number[] }> => {
  const entries: Entry[] = []
  const cut: number[] = []
  if (!hasConntrack()) return { entries, cut }
  for (const table of tables()) {
    let seen = 0
    for await (const line of linesOf(table)) {
      if (++seen > MOST_ENTRIES) {
        cut.push(table.netns)
        break
      }
      const found = readConntrackLine(line)
      if (found !== undefined) entries.push({ ...found, netns: table.netns })
    }
  }
  return { entries, cut }
}

const tables = (): Table[] =>
  [...netnsPaths()].flatMap(([netns, path]): Table[] => {
    const process = /^(\/proc\/\w+)\/ns\/net$/.exec(path)?.[1]
    if (process === undefined) return [{ netns, mount: path }]
    const directory = `${process}/net`
    return entriesIn(directory) > 0 ? [{ netns, directory }] : []
  })

/** How many connections a table has: the first number in its counters, the same for each CPU; 0 where there is none. */
export const entriesIn = (directory: string): number => {
  try {
    const [, first = ''] = readFileSync(`${directory}/stat/nf_conntrack`, 'latin1').split('\n')
    return Number.parseInt(first, 16) || 0
  } catch {
    return 0
  }
}

/** The most connections in all tables that are read at once, while nothing else runs. */
const MOST_AT_ONCE = 20_000

/**
 * The same of the tables that processes lead to, at once: milliseconds, while nothing else runs. Nothing where the tables
 * are too long for that.
 */
export const readConntrackAtOnce = (): Entry[] => {
  if (!hasConntrack()) return []
  const found = tables().flatMap((table) => ('directory' in table ? table : []))
  const length = found.reduce((sum, { directory }) => sum + entriesIn(directory), 0)
  if (length > MOST_AT_ONCE) return []
  return found.flatMap(({ netns, directory }) =>
    contents(`${directory}/nf_conntrack`)
      .split('\n')
      .flatMap((line) => readConntrackLine(line) ?? [])
      .map((entry) => ({ ...entry, netns })),
  )
}

const contents = (path: string) => {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

// A process may end while its table is read: what has come by then is good.
async function* linesOf(table: Table): AsyncGenerator<string> {
  try {
    if ('directory' in table) {
      yield* createReadStream(`${table.directory}/nf_conntrack`, 'latin1').pipe(split2()) as AsyncIterable<string>
      return
    }
    // After nsenter, /proc/thread-self/net belongs to the network namespace that was entered.
    yield* execa('nsenter', [`--net=${table.mount}`, 'cat', '/proc/thread-self/net/nf_conntrack'], {
      stdin: 'ignore',
      reject: false,
      timeout: 10_000,
    })
  } catch {
    return
  }
}
