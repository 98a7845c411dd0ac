// SPDX-License-Identifier: MIT
// What the bench prints of the rows that the guest measured (test/lab/bench/*.py). Pure.
import { z } from 'zod'

/** The parts, in the order in which they are measured. */
export type Part = 'connections' | 'packets' | 'floods' | 'lookups' | 'ready'

/** A part's table: what stands above its rows, one row after those before it, and what is told below. */
export type Table = {
  name: Part
  head: (first: unknown) => string
  row: (row: unknown, before: readonly unknown[]) => string
  notes: (rows: readonly unknown[]) => string
}

const Connections = z.object({
  name: z.string(),
  count: z.number().optional(),
  rounds: z.array(z.number()).optional(),
  processor: z.number().optional(),
  lines: z.number().optional(),
})

const connections: Table = {
  name: 'connections',
  head: (first) => {
    const { count, rounds = [] } = Connections.parse(first)
    return headOf(
      `${count} short connections over loopback, one after the other; ratios to none, medians of ${rounds.length}`,
      ['seconds', 'least-most', 'throughput', 'processor s'],
    )
  },
  row: (row, before) => {
    const { name, rounds, processor } = Connections.parse(row)
    if (rounds === undefined) return ''
    const none = median(Connections.parse(before[0] ?? row).rounds ?? [])
    return rowOf(name, [seconds(median(rounds)), spread(rounds), ratio(none / median(rounds)), seconds(processor ?? 0)])
  },
  notes: (rows) => {
    const lines = rows.map((row) => Connections.parse(row).lines).find((found) => found !== undefined)
    return lines === undefined ? '' : `lines printed for one of them by default: ${lines.toFixed(2)}\n`
  },
}

const Packets = z.object({
  name: z.string(),
  packets: z.number(),
  seconds: z.number(),
  bpf: z.number(),
  programs: z.number(),
})

const packets: Table = {
  name: 'packets',
  head: () =>
    headOf('nanoseconds for one packet of 64 bytes over veth: in BPF programs by the kernel, and in all', [
      'in BPF',
      'in all',
      'programs',
    ]),
  row: (row) => {
    const { name, packets: count, seconds: took, bpf, programs } = Packets.parse(row)
    const inBpf = programs === 0 ? '-' : (bpf / count).toFixed(0)
    return rowOf(name, [inBpf, ((took * 1e9) / count).toFixed(0), String(programs)])
  },
  notes: () => '',
}

const Floods = z.object({
  name: z.string(),
  counted: z.number(),
  reported: z.number(),
  lost: z.number(),
  agrees: z.boolean(),
  seconds: z.number(),
  lag: z.number(),
  mib: z.number(),
  verdicts: z.number(),
  said: z.string(),
})

const floods: Table = {
  name: 'floods',
  head: () =>
    headOf(
      'floods: segments or RSTs that the kernel counted, RSTs sent that were reported and lost, the tool in memory, its lag behind the end',
      ['counted', 'seconds', 'reported', 'lost', 'sum', 'verdicts', 'MiB', 'lag s'],
    ),
  row: (row) => {
    const { name, counted, seconds: took, reported, lost, agrees, verdicts, mib, lag } = Floods.parse(row)
    return rowOf(name, [
      String(counted),
      seconds(took),
      String(reported),
      String(lost),
      agrees ? 'agrees' : 'DIFFERS',
      String(verdicts),
      mib.toFixed(0),
      seconds(lag),
    ])
  },
  notes: (rows) =>
    rows
      .map((row) => Floods.parse(row))
      .map(({ name, said }) => `${name}: ${said}\n`)
      .join(''),
}

const Lookups = z.object({
  sockets: z.number(),
  single: z.number(),
  batched: z.number(),
  proc: z.number(),
  ss: z.number(),
})

const lookups: Table = {
  name: 'lookups',
  head: () => headOf('microseconds for one exact look-up', ['tcphash', 'in batches', 'ss', '/proc/net/tcp']),
  row: (row) => {
    const { sockets, single, batched, ss, proc } = Lookups.parse(row)
    return rowOf(`${sockets} sockets`, [single.toFixed(1), batched.toFixed(1), ss.toFixed(0), proc.toFixed(0)])
  },
  notes: () => '',
}

const Ready = z.object({ name: z.string(), rounds: z.array(z.number()) })

const ready: Table = {
  name: 'ready',
  head: () => headOf('seconds until all probes are attached, in turn; medians', ['seconds', 'least-most']),
  row: (row) => {
    const { name, rounds } = Ready.parse(row)
    return rowOf(name, [seconds(median(rounds)), spread(rounds)])
  },
  notes: () => '',
}

/** Each part with its table. */
export const PARTS: readonly Table[] = [connections, packets, floods, lookups, ready]

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? NaN

const spread = (values: readonly number[]) => `${seconds(Math.min(...values))}-${seconds(Math.max(...values))}`

const seconds = (value: number) => value.toFixed(2)
const ratio = (value: number) => value.toFixed(2)

const headOf = (title: string, heads: readonly string[]) => `${title}\n${rowOf('', heads)}`

// The name comes last, since it is of any length.
const rowOf = (name: string, cells: readonly string[]) =>
  `${`${cells.map((cell) => cell.padStart(12)).join('')}  ${name}`.trimEnd()}\n`
