// SPDX-License-Identifier: MIT
// What the bench prints of the rows that the guest measured (test/lab/bench/*.py). Pure.
import { z } from 'zod'

/** The parts, in the order in which they are measured. */
export type Part = 'ready' | 'connections' | 'packets' | 'floods' | 'lookups'

const Connections = z.object({
  name: z.string(),
  count: z.number().optional(),
  rounds: z.array(z.number()).optional(),
  processor: z.number().optional(),
  lines: z.number().optional(),
})

const connectionsText = (rows: readonly unknown[]): string => {
  const measured = rows.map((row) => Connections.parse(row))
  const none = median(measured[0]?.rounds ?? [])
  const lines = measured.find(({ lines }) => lines !== undefined)?.lines
  return table(
    `${measured[0]?.count} short connections over loopback, one after the other; ratios to none, medians of ${measured[0]?.rounds?.length}`,
    ['seconds', 'least-most', 'throughput', 'processor s'],
    measured.flatMap(({ name, rounds, processor }) =>
      rounds === undefined
        ? []
        : [[name, seconds(median(rounds)), spread(rounds), ratio(none / median(rounds)), seconds(processor ?? 0)]],
    ),
    lines === undefined ? [] : [`lines printed for one of them by default: ${lines.toFixed(2)}`],
  )
}

const Packets = z.object({
  name: z.string(),
  packets: z.number(),
  seconds: z.number(),
  bpf: z.number(),
  programs: z.number(),
})

const packetsText = (rows: readonly unknown[]): string =>
  table(
    'nanoseconds for one packet of 64 bytes over veth: in BPF programs by the kernel, and in all',
    ['in BPF', 'in all', 'programs'],
    rows
      .map((row) => Packets.parse(row))
      .map(({ name, packets, seconds, bpf, programs }) => [
        name,
        programs === 0 ? '-' : (bpf / packets).toFixed(0),
        ((seconds * 1e9) / packets).toFixed(0),
        String(programs),
      ]),
  )

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

const floodsText = (rows: readonly unknown[]): string => {
  const measured = rows.map((row) => Floods.parse(row))
  return table(
    'floods: segments or RSTs that the kernel counted, RSTs sent that were reported and lost, the tool in memory, its lag behind the end',
    ['counted', 'seconds', 'reported', 'lost', 'sum', 'verdicts', 'MiB', 'lag s'],
    measured.map(({ name, counted, seconds: took, reported, lost, agrees, verdicts, mib, lag }) => [
      name,
      String(counted),
      seconds(took),
      String(reported),
      String(lost),
      agrees ? 'agrees' : 'DIFFERS',
      String(verdicts),
      mib.toFixed(0),
      seconds(lag),
    ]),
    measured.map(({ name, said }) => `${name}: ${said}`),
  )
}

const Ready = z.object({ name: z.string(), rounds: z.array(z.number()) })

const readyText = (rows: readonly unknown[]): string =>
  table(
    'seconds until all probes are attached, in turn; medians',
    ['seconds', 'least-most'],
    rows.map((row) => Ready.parse(row)).map(({ name, rounds }) => [name, seconds(median(rounds)), spread(rounds)]),
  )

const Lookups = z.object({
  sockets: z.number(),
  single: z.number(),
  batched: z.number(),
  proc: z.number(),
  ss: z.number(),
})

const lookupsText = (rows: readonly unknown[]): string =>
  table(
    'microseconds for one exact look-up',
    ['tcphash', 'in batches', 'ss', '/proc/net/tcp'],
    rows
      .map((row) => Lookups.parse(row))
      .map(({ sockets, single, batched, ss, proc }) => [
        `${sockets} sockets`,
        single.toFixed(1),
        batched.toFixed(1),
        ss.toFixed(0),
        proc.toFixed(0),
      ]),
  )

/** Each part with its table. */
export const PARTS: readonly { name: Part; text: (rows: readonly unknown[]) => string }[] = [
  { name: 'ready', text: readyText },
  { name: 'connections', text: connectionsText },
  { name: 'packets', text: packetsText },
  { name: 'floods', text: floodsText },
  { name: 'lookups', text: lookupsText },
]

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? NaN

const spread = (values: readonly number[]) => `${seconds(Math.min(...values))}-${seconds(Math.max(...values))}`

const seconds = (value: number) => value.toFixed(2)
const ratio = (value: number) => value.toFixed(2)

const table = (
  title: string,
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  notes: readonly string[] = [],
): string =>
  [title, rowOf(heads, ''), ...rows.map(([name = '', ...cells]) => rowOf(cells, name)), ...notes]
    .map((text) => `${text}\n`)
    .join('')

// The name comes last, since it is of any length.
const rowOf = (cells: readonly string[], name: string) =>
  `${cells.map((cell) => cell.padStart(12)).join('')}  ${name}`.trimEnd()
