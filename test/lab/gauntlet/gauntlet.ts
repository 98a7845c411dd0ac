// SPDX-License-Identifier: MIT
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { z } from 'zod'
import { failure, held, sum, type Count } from '../../count.ts'
import { keepCells, printedOf, readCells, type Cell } from '../cells.ts'
import { readEvidence } from './evidence.ts'
import { runTap } from '../vm/tap.ts'

const CLI = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url))
const FIXTURES = fileURLToPath(new URL('../../../fixtures/', import.meta.url))

/**
 * What to provoke: how often each, which ones (none: all), and whether the recordings become fixtures; `noise` has 200 other
 * connections a second beside it. `see` is given each cell.
 */
export type Gauntlet = {
  rounds: number
  names: readonly string[]
  keep: boolean
  noise?: boolean
  see?: (seen: SeenCell) => void
}

/** One trigger in one family: the lines that its trace printed of it, and what kernel functions each of them rests on. */
export type SeenCell = { start: Start; cell: Cell; printed: readonly string[]; restsOn: (verdict: unknown) => string[] }

/**
 * Runs the gauntlet on one release's kernel, and replays its recordings here: the same options must give the same bytes.
 * Prints a line each, and gives how many held.
 */
export const runGauntlet = async (
  release: string,
  { rounds, names, keep, noise = false, see }: Gauntlet,
): Promise<Count> => {
  const out = mkdtempSync(join(tmpdir(), 'trace-reset-gauntlet-'))
  try {
    const command = [
      'python3',
      'test/lab/gauntlet',
      '--rounds',
      String(rounds),
      ...(noise ? ['--noise'] : []),
      ...names,
    ]
    const counts = [await runTap({ release, command, out, timeoutSeconds: 7200 })]
    for (const name of readdirSync(out)) {
      const same = await replaysTheSame(join(out, name))
      const told = `${release}: ${same ? 'ok' : 'not ok'} - replay of ${name} gives the same bytes`
      process.stdout.write(`${told}\n`)
      counts.push(same ? held() : failure(told))
    }
    const count = sum(counts)
    if (keep && count.failed === 0) keepFixtures(out)
    if (see !== undefined) showCells(out, see)
    return count
  } finally {
    rmSync(out, { recursive: true })
  }
}

const replaysTheSame = async (directory: string) => {
  const options = z.array(z.string()).parse(JSON.parse(readFileSync(join(directory, 'options.json'), 'utf8')))
  const live = readdirSync(directory).find((name) => name.startsWith('live.')) ?? ''
  const args = [CLI, 'replay', join(directory, 'recording.jsonl'), ...options]
  const { stdout } = await execa('node', args, { reject: false, encoding: 'buffer', stripFinalNewline: false })
  const expected = readFileSync(join(directory, live))
  return expected.length > 0 && expected.equals(Buffer.from(stdout))
}

const keepFixtures = (out: string) => {
  for (const trace of readdirSync(out)) {
    const directory = join(out, trace)
    keepCells(trace, directory, join(FIXTURES, shortOf(startOf(directory))))
  }
}

const showCells = (out: string, see: NonNullable<Gauntlet['see']>) => {
  for (const trace of readdirSync(out).filter((name) => !name.includes('.'))) {
    const directory = join(out, trace)
    const start = startOf(directory)
    const restsOn = readEvidence(linesOf(join(directory, 'recording.jsonl')))
    for (const cell of readCells(directory)) see({ start, cell, printed: printedOf(directory, cell), restsOn })
  }
}

const Start = z.looseObject({ kernel: z.string(), bpftrace: z.string() })

/** The kernel that a trace ran on, and its bpftrace. */
export type Start = z.infer<typeof Start>

const startOf = (directory: string): Start => {
  const [first = '{}'] = linesOf(join(directory, 'recording.jsonl'))
  return Start.parse(JSON.parse(first))
}

const linesOf = (path: string) => readFileSync(path, 'utf8').split('\n').filter(Boolean)

/** `6.12` of `6.12.118+deb13-cloud-amd64`. */
export const shortOf = ({ kernel }: Start): string => kernel.split('.').slice(0, 2).join('.')
