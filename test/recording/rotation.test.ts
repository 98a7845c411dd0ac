// SPDX-License-Identifier: MIT
// A recording that goes on from file to file: each by itself, all of them, and what a disk does not take.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { execa } from 'execa'
import { concat, concatMap, defer, EMPTY, from, lastValueFrom, toArray } from 'rxjs'
import { afterAll, describe, expect, test } from 'vitest'
import type { Observation } from '../../src/observation.ts'
import { decode } from '../../src/recording/decode.ts'
import { createJoining } from '../../src/recording/joined.ts'
import { createRecorder, type Rotation } from '../../src/recording/record.ts'
import { replay as observations } from '../../src/recording/replay.ts'
import { CLI, replayHere } from '../command.ts'
import { at, packet, reset, start, stop, tick, TUPLE } from '../samples.ts'

const home = mkdtempSync(join(tmpdir(), 'trace-reset-rotation-'))
afterAll(() => rmSync(home, { recursive: true }))

let made = 0
const directory = () => {
  const path = join(home, String((made += 1)))
  mkdirSync(path)
  return path
}
const filesIn = (path: string) =>
  readdirSync(path)
    .toSorted()
    .map((name) => join(path, name))

const KEEP_ALL = { bytes: Infinity, age: Infinity, files: 1000 }

const record = async (file: string, rotation: Partial<Rotation>, observations: readonly Observation[]) => {
  const warnings: string[] = []
  const recorder = createRecorder(file, { ...KEEP_ALL, ...rotation }, (text) => warnings.push(text))
  await lastValueFrom(from(observations).pipe(recorder.record))
  return { warnings, lost: recorder.lost() }
}

/** Sixty resets, and the connections among them whose events stand far apart. */
const TRACE = [
  start(),
  tick(0),
  ...Array.from({ length: 60 }, (_, index) => {
    const tuple = { ...TUPLE, sport: 40000 + (index % 7) }
    const ms = 100 * (index + 1)
    return [packet({ at: at(ms), tuple }), reset({ at: at(ms + 50), tuple }), tick(ms + 60)]
  }).flat(),
  stop(),
]
const SOURCE = join(home, 'whole.jsonl')
writeFileSync(SOURCE, TRACE.map((observation) => `${JSON.stringify(observation)}\n`).join(''))

const BYTES: Readonly<Record<string, number>> = { 'all.jsonl': 9000, 'all.jsonl.gz': 5000 }

describe.each(Object.keys(BYTES))('%s', (name) => {
  test('the files one after the other give what the whole gives', async () => {
    const path = directory()
    const bytes = BYTES[name] ?? 0
    expect(await record(join(path, name), { bytes }, TRACE)).toEqual({ warnings: [], lost: undefined })
    const files = filesIn(path)
    expect(files.length).toBeGreaterThan(3)
    const args = ['--format', 'json', '--packets', '--balance']
    expect(await replayHere([...files, ...args])).toEqual(await replayHere([SOURCE, ...args]))
  })

  test('each is a recording by itself, no bigger than asked for, for its owner alone', async () => {
    const path = directory()
    const bytes = BYTES[name] ?? 0
    await record(join(path, name), { bytes }, TRACE)
    for (const file of filesIn(path)) {
      const { stderr, exitCode } = await replayHere([file])
      expect({ exitCode, warned: stderr.includes('warning') }).toEqual({ exitCode: 0, warned: false })
      const { size, mode } = statSync(file)
      expect({ mode: mode & 0o777, small: size <= bytes }).toEqual({ mode: 0o600, small: true })
    }
  })
})

const then = (act: () => void) => defer(() => (act(), EMPTY))

const oneAndTwo = [start(), tick(0), ...[1000, 2000, 3000, 4000].flatMap((ms) => [packet({ at: at(ms) }), tick(ms)])]

test('the oldest files go, and what is numbered is not numbered again', async () => {
  const path = directory()
  const names = () => readdirSync(path).toSorted()
  await record(join(path, 'web.example.jsonl'), { age: 1e9, files: 2 }, [...oneAndTwo, stop()])
  expect(names()).toEqual(['web.example.000004.jsonl', 'web.example.000005.jsonl'])
  await record(join(path, 'web.example.jsonl'), { files: 2 }, [...oneAndTwo, stop()])
  expect(names()).toEqual(['web.example.000005.jsonl', 'web.example.000006.jsonl'])
})

test('a file is begun anew after its time, with the moment at which it begins', async () => {
  const path = directory()
  await record(join(path, 'x'), { age: 2e9 }, [...oneAndTwo, stop()])
  const heads = filesIn(path).map((file) => decode(readFileSync(file, 'utf8').split('\n')[0] ?? '', 1))
  expect(heads.map((head) => head.kind === 'start' && { begun: head.at, goes_on: head.goes_on })).toEqual([
    { begun: at(0), goes_on: undefined },
    { begun: at(2000), goes_on: { from: at(0), part: 2 } },
    { begun: at(4000), goes_on: { from: at(0), part: 3 } },
  ])
})

test.each(['x.jsonl', 'x.jsonl.gz'])('what cannot be written is counted in its place: %s', async (name) => {
  const path = directory()
  const away = `${path}.away`
  const recorder = createRecorder(join(path, name), { ...KEEP_ALL, age: 1e9 }, () => undefined)
  await lastValueFrom(
    concat(
      from([start(), tick(0), packet({ at: at(10) }), tick(20)]),
      then(() => renameSync(path, away)),
      // Too old for the first file: the next cannot be made.
      from([tick(1500), packet({ at: at(1510) }), packet({ at: at(1520) }), tick(1600)]),
      then(() => renameSync(away, path)),
      from([tick(1700), packet({ at: at(1710) }), tick(1800), stop()]),
    ).pipe(
      concatMap((observation: Observation) => [observation]),
      recorder.record,
    ),
  )
  expect(recorder.lost()).toEqual({ count: 2, of: 6, why: 'no such file or directory', end: false })
  const lines = filesIn(path).map((file) => {
    const bytes = readFileSync(file)
    const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
    return text
      .trimEnd()
      .split('\n')
      .map((line, index) => decode(line, index + 1))
      .filter(({ kind }) => kind !== 'tick')
      .map((observation) => (observation.kind === 'lost' ? `lost ${observation.count}` : observation.kind))
  })
  expect(lines).toEqual([
    ['start', 'packet', 'stop'],
    ['start', 'lost 2', 'packet', 'stop'],
  ])
})

const joined = async (...files: string[]) => {
  const replays = files.map((file) => observations(file, { warn: String }))
  const read = await Promise.all(replays.map((one) => lastValueFrom(one.pipe(toArray()))))
  const joining = createJoining()
  const all = [...read.flat().flatMap(joining.push), ...joining.rest()]
  return all.map(({ kind }) => kind).filter((kind) => kind !== 'tick')
}

test('a file that is not the next one begins a recording of its own', async () => {
  const path = directory()
  await record(join(path, 'x'), { age: 1e9 }, [...oneAndTwo, stop()])
  const [first = '', second = '', third = ''] = filesIn(path)
  expect(await joined(first, third)).toEqual(['start', 'stop', 'start', 'packet', 'stop'])
  expect(await joined(first, second, third)).toEqual(['start', 'packet', 'packet', 'stop'])
})

// The limit of a file's size stands for the room on a disk: the write that meets it takes a part of its bytes.
test('of what a disk takes in part nothing stays', async () => {
  const file = join(directory(), 'x')
  const program = `
    import { oneFile } from ${JSON.stringify(join(dirname(CLI), 'recording/volume.js'))}
    const volume = oneFile(${JSON.stringify(file)})
    volume.append(Buffer.alloc(3000, 'a'))
    try { volume.append(Buffer.alloc(3000, 'b')) } catch ({ code }) { console.log(code) }
    volume.append(Buffer.alloc(1000, 'c'))`
  const node = [process.execPath, '--input-type=module', '--eval', program]
  const { stdout } = await execa('prlimit', ['--fsize=4096', ...node])
  expect(stdout).toBe('EFBIG')
  expect(readFileSync(file, 'latin1')).toBe('a'.repeat(3000) + 'c'.repeat(1000))
})
