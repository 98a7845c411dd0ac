// SPDX-License-Identifier: MIT
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { largeCapture, type Made } from '../../capture/large.ts'
import { ensureHostPackages } from '../vm/hostPackages.ts'
import { tshark } from './benchReplay.ts'
import { print, row, timed } from './taken.ts'

const CLI = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url))

/** What a capture of any length may be judged with. */
const MOST_MIB = 200

/** Judges a capture of so many megabytes, and prints the time and memory it takes, beside tshark, which finds the RSTs in it. */
export const benchCapture = async (megabytes: number, runs: number): Promise<void> => {
  await ensureHostPackages(undefined, { time: 'time' })
  const work = mkdtempSync(join(tmpdir(), 'trace-reset-bench-'))
  try {
    const capture = join(work, 'capture.pcapng')
    const { packets, resets } = write(capture, megabytes * 1e6)
    print(`a capture of ${megabytes} MB, ${packets} packets, ${resets} RSTs\n`)
    print(`${['seconds', 'processor', 'MiB'].map((head) => head.padStart(12)).join('')}\n`)
    const args = [CLI, 'replay', capture, '--local', '127.0.0.1', '--format', 'csv', '-o', '/dev/null']
    const ours = await timed(process.execPath, args, runs)
    const shark = await tshark(capture, runs)
    if (shark !== undefined) row('tshark', shark)
    row('replay', ours, shark)
    print(`\nthe target is ${MOST_MIB} MiB${ours.mib <= MOST_MIB ? '' : ', MISSED'}`)
    print(shark === undefined ? '\n' : `, and tshark's time${ours.seconds <= shark.seconds ? '' : ', MISSED'}\n`)
  } finally {
    rmSync(work, { recursive: true })
  }
}

const write = (capture: string, bytes: number): Made => {
  const file = openSync(capture, 'w')
  try {
    const pieces = largeCapture(bytes)
    for (;;) {
      const { value, done } = pieces.next()
      if (done === true) return value
      writeSync(file, value)
    }
  } finally {
    closeSync(file)
  }
}
