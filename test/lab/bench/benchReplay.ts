// SPDX-License-Identifier: MIT
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { decode } from '../../../src/recording/decode.ts'
import { ensureHostPackages } from '../vm/hostPackages.ts'
import { captureHead, captureOf } from './capture.ts'
import { multiply, type Recording } from './multiply.ts'
import { print, row, timed, type Taken } from './taken.ts'

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url))
const FIXTURES = join(PROJECT, 'fixtures/6.12')

/** What a recording of a busy hour may be replayed with. */
const MOST_MIB = 200

/**
 * Replays a recording of so many resets, and prints the time and memory it takes: beside the command of `against`,
 * another checkout, and beside tshark, where there is one, which finds the RSTs in a capture of the same connections.
 */
export const benchReplay = async (resets: number, against: string | undefined): Promise<void> => {
  await ensureHostPackages(undefined, { time: 'time' })
  const work = mkdtempSync(join(tmpdir(), 'trace-reset-bench-'))
  try {
    const [recording, capture] = [join(work, 'recording.jsonl'), join(work, 'capture.pcap')]
    const { observations, connections } = write(recording, capture, resets)
    print(`replay of ${resets} resets of ${connections} connections, ${observations} observations\n`)
    print(`${['seconds', 'processor', 'MiB'].map((head) => head.padStart(12)).join('')}\n`)
    const replay = (project: string) =>
      timed(process.execPath, [join(project, 'dist/cli.js'), 'replay', recording, '--format', 'csv', '-o', '/dev/null'])
    const shark = await tshark(capture)
    if (shark !== undefined) row('tshark', shark)
    if (against !== undefined) row(against, await replay(against), shark)
    const ours = await replay(PROJECT)
    row('replay', ours, shark)
    print(`\nthe target is ${MOST_MIB} MiB${ours.mib <= MOST_MIB ? '' : ', MISSED'}`)
    print(shark === undefined ? '\n' : `, and tshark's time${ours.seconds <= shark.seconds ? '' : ', MISSED'}\n`)
  } finally {
    rmSync(work, { recursive: true })
  }
}

/** The recordings of one kernel. */
export const recordings = (): Recording[] =>
  readdirSync(FIXTURES).map((name) =>
    readFileSync(join(FIXTURES, name, 'recording.jsonl'), 'utf8')
      .trimEnd()
      .split('\n'),
  )

// Writes both, and gives how many lines and connections there are.
const write = (recording: string, capture: string, resets: number): { observations: number; connections: number } => {
  const [lines, packets] = [openSync(recording, 'w'), openSync(capture, 'w')]
  writeSync(packets, captureHead())
  const connections = new Set<string>()
  let waiting: string[] = []
  let observations = 0
  for (const line of multiply(recordings(), resets)) {
    observations += 1
    waiting.push(`${line}\n`)
    if (waiting.length === 1000) writeSync(lines, waiting.splice(0).join(''))
    if (!line.startsWith('{"kind":"reset"')) continue
    const reset = decode(line, 2)
    if (reset.kind !== 'reset') continue
    const connection = JSON.stringify(reset.tuple)
    if (connections.has(connection)) continue
    connections.add(connection)
    writeSync(packets, captureOf(reset))
  }
  writeSync(lines, waiting.join(''))
  closeSync(lines)
  closeSync(packets)
  return { observations, connections: connections.size }
}

const SHOWN = [
  'frame.time_epoch',
  'ip.src',
  'ipv6.src',
  'tcp.srcport',
  'ip.dst',
  'ipv6.dst',
  'tcp.dstport',
  'tcp.stream',
]

/** What tshark takes to find the RSTs of a capture; undefined where there is none. */
export const tshark = async (capture: string, runs?: number): Promise<Taken | undefined> => {
  if ((await execa('tshark', ['--version'], { reject: false })).failed) return undefined
  const fields = SHOWN.flatMap((name) => ['-e', name])
  return timed('tshark', ['-n', '-r', capture, '-Y', 'tcp.flags.reset==1', '-T', 'fields', ...fields], runs)
}
