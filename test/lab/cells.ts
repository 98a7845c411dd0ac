// SPDX-License-Identifier: MIT
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const Cell = z.object({
  name: z.string(),
  family: z.union([z.literal(4), z.literal(6)]),
  port: z.int(),
  held: z.boolean(),
  provoked: z.boolean(),
})

/**
 * One trigger in one family: the port that it had in the trace that watched it, whether the kernel could be brought to it,
 * and whether all verdicts about it were the truth.
 */
export type Cell = z.infer<typeof Cell>

/** The cells of a trace, from its directory. */
export const readCells = (directory: string): Cell[] =>
  z.array(Cell).parse(JSON.parse(readFileSync(join(directory, 'cells.json'), 'utf8')))

/** The lines that a trace printed about a cell. */
export const printedOf = (directory: string, { port }: Cell): string[] =>
  linesOf(join(directory, 'live.json')).filter((text) => {
    const { sport, dport } = Ports.parse(JSON.parse(text))
    return sport === port || dport === port
  })

const Ports = z.object({ sport: z.int(), dport: z.int() })

const Line = z.looseObject({
  kind: z.string(),
  skb: z.string().optional(),
  segment: z.object({ skb: z.string() }).nullable().optional(),
  tuple: Ports.optional(),
  reply: Ports.optional(),
})

/** What of a recording is about none of its connections, and belongs to each. */
const COMMON: readonly string[] = ['start', 'stop', 'lost']

/**
 * Takes a recording apart: each trigger's lines, just as they were recorded, with those that are about no connection at
 * all, into `TARGET/NAME`, for IPv6 `TARGET/NAME.ipv6`, with the lines that the trace printed of it. A trace with options of
 * its own, which watched one trigger, is kept whole. The head of a recording has the filter of its trace, and the name of
 * what it printed has the format, so no other option is kept.
 */
export const keepCells = (trace: string, directory: string, target: string): void => {
  if (trace.includes('.')) return keepWhole(trace, directory, target)
  const recording = linesOf(join(directory, 'recording.jsonl')).map((text) => ({ text, line: parse(text) }))
  for (const cell of readCells(directory)) {
    const { name, family, port } = cell
    // NAT may have given it another port: then the answers have its own.
    const isMine = ({ tuple, reply }: z.infer<typeof Line>) =>
      [tuple?.sport, tuple?.dport, reply?.sport, reply?.dport].includes(port)
    const segments = new Set(recording.flatMap(({ line }) => (isMine(line) ? (line.segment?.skb ?? []) : [])))
    const mine = recording.filter(
      ({ line }) =>
        COMMON.includes(line.kind) || isMine(line) || (line.kind === 'reply' && segments.has(line.skb ?? '')),
    )
    const verdicts = printedOf(directory, cell)
    // A kernel without it has nothing to keep of a trigger.
    if (verdicts.length === 0) continue
    const place = freshDirectory(join(target, family === 6 ? `${name}.ipv6` : name))
    writeFileSync(join(place, 'recording.jsonl'), mine.map(({ text }) => `${text}\n`).join(''))
    writeFileSync(join(place, 'live.json'), verdicts.map((text) => `${text}\n`).join(''))
  }
}

const keepWhole = (trace: string, directory: string, target: string) => {
  const place = freshDirectory(join(target, trace))
  for (const name of readdirSync(directory))
    if (name === 'recording.jsonl' || name.startsWith('live.')) cpSync(join(directory, name), join(place, name))
}

const freshDirectory = (path: string) => {
  if (existsSync(path)) rmSync(path, { recursive: true })
  mkdirSync(path, { recursive: true })
  return path
}

const linesOf = (path: string) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
const parse = (text: string) => Line.parse(JSON.parse(text))
