// SPDX-License-Identifier: MIT
// Recordings as crashes, editors and strangers leave them, through the command.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { execa } from 'execa'
import { from, lastValueFrom } from 'rxjs'
import { afterAll, describe, expect, test } from 'vitest'
import { SCHEMA, type Observation } from '../../src/observation.ts'
import { createRecorder } from '../../src/recording/record.ts'
import { replay as observations } from '../../src/recording/replay.ts'
import { CLI, replayHere, start as startCommand, traceReset } from '../command.ts'
import { at, counters, reply, reset, start, stop, tick, total } from '../samples.ts'

const directory = mkdtempSync(join(tmpdir(), 'trace-reset-replay-'))
afterAll(() => rmSync(directory, { recursive: true }))

let count = 0
const file = (contents: string | Uint8Array, suffix = '.jsonl') => {
  const path = join(directory, `${(count += 1)}${suffix}`)
  writeFileSync(path, contents)
  return path
}

const TRACE = [start(), reset({ at: at(1000) }), tick(2000), reset({ at: at(3000) }), tick(4000), stop()]
const LINES = TRACE.map((line) => `${JSON.stringify(line)}\n`)
const WHOLE = LINES.join('')

const counted = ({ stdout, stderr, exitCode }: Awaited<ReturnType<typeof traceReset>>) => ({
  verdicts: stdout.split('\n').length - 1,
  exitCode,
  stderr,
})

const replay = async (path: string) => {
  const { stderr, ...rest } = counted(await replayHere([path, '--format', 'json']))
  return { ...rest, stderr: stderr.replaceAll(path, 'FILE') }
}

const TWO = 'trace-reset: 2 resets: 0 sent, 2 received; 0 look-ups; nothing lost\n'

test('a whole recording', async () => {
  expect(await replay(file(WHOLE))).toEqual({ verdicts: 2, exitCode: 0, stderr: TWO })
})

test.each([1, 2, 3, 4])('a recording of schema %d', async (schema) => {
  const old = [`${JSON.stringify({ ...start(), schema, filter: 'any' })}\n`, ...LINES.slice(1)].join('')
  expect(await replay(file(old))).toEqual({ verdicts: 2, exitCode: 0, stderr: TWO })
})

// What the probes counted is said to be lost only where the replay watches all that they watched.
test.each([
  ['443,80', '1 reported + 22 lost'],
  ['1-1000', '1 reported + 22 lost'],
  ['80', '1 reported of'],
])('a recording of --dport 80,443 with --dport %s', async (dport, sent) => {
  const head = start({
    filter: {
      dport: [
        { first: 80, last: 80 },
        { first: 443, last: 443 },
      ],
    },
  })
  const active = reset({ fn: 'tcp_send_active_reset', segment: null })
  const [before, after] = [counters(0, { OutRsts: 100 }), counters(9000, { OutRsts: 123 })]
  const recording = [head, before, active, total(23), after, stop()].map((line) => `${JSON.stringify(line)}\n`).join('')
  const { stderr } = await replayHere([file(recording), '--balance', '--dport', dport])
  expect(stderr).toContain(`sent: ${sent}`)
})

test('gzip is known by its content, whatever the name', async () => {
  expect(await replay(file(gzipSync(WHOLE)))).toEqual({ verdicts: 2, exitCode: 0, stderr: TWO })
  expect(await replay(file(WHOLE, '.gz'))).toEqual({ verdicts: 2, exitCode: 0, stderr: TWO })
})

test('whoever has enough of standard input does not wait for its end', async () => {
  const replaying = startCommand(['replay', '-', '-n', '1'], { stdin: 'pipe' })
  replaying.stdin?.write(WHOLE)
  expect((await replaying).exitCode).toBe(0)
})

test('- is standard input, gzipped or not', async () => {
  for (const input of [WHOLE, gzipSync(WHOLE)]) {
    const run = await traceReset(['replay', '-', '--format', 'json'], { input })
    expect(counted(run)).toEqual({ verdicts: 2, exitCode: 0, stderr: TWO })
  }
})

test.each(['plain.jsonl', 'zipped.jsonl.gz'])('what is recorded is replayed: %s', async (name) => {
  const path = join(directory, name)
  await lastValueFrom(from<Observation[]>(TRACE).pipe(createRecorder(path, undefined, String).record))
  expect(await replay(path)).toEqual({ verdicts: 2, exitCode: 0, stderr: TWO })
})

test('cut off in mid-line: what is there is judged, and the end is said to be missing', async () => {
  const { verdicts, exitCode, stderr } = await replay(file(WHOLE.slice(0, WHOLE.lastIndexOf('"tick"'))))
  expect({ verdicts, exitCode }).toEqual({ verdicts: 2, exitCode: 0 })
  expect(stderr).toMatch(/^trace-reset: warning: FILE was cut off after line \d: what is there is judged$/m)
})

test('cut off between lines', async () => {
  const { verdicts, exitCode, stderr } = await replay(file(LINES.slice(0, 4).join('')))
  expect({ verdicts, exitCode }).toEqual({ verdicts: 2, exitCode: 0 })
  expect(stderr).toContain('warning: FILE was cut off after line 4: what is there is judged')
})

test('a cut-off last line is not counted as one that was judged', async () => {
  const { stderr } = await replay(file(`${LINES.slice(0, 4).join('')}{"kind":"ti`))
  expect(stderr).toContain('warning: FILE was cut off after line 4: what is there is judged')
})

test('a gzip file cut off anywhere gives what it has', async () => {
  const zipped = Buffer.concat([gzipSync(LINES.slice(0, 3).join('')), gzipSync(LINES.slice(3).join(''))])
  const first = gzipSync(LINES.slice(0, 3).join('')).length
  for (const length of [first, first + 5, first + 12, first + 40, zipped.length - 1]) {
    const { verdicts, exitCode } = await replay(file(zipped.subarray(0, length), '.gz'))
    expect({ length, exitCode, enough: verdicts >= 1 }).toEqual({ length, exitCode: 0, enough: true })
  }
})

test.each([
  ['garbled', 'x{"kind":"tick"}\n', 'garbled: it is not JSON'],
  ['empty', '\n', 'garbled: it is not JSON'],
  ['of no kind', '{"kind":"strange"}\n', 'no line of a recording: kind: '],
])('a line in the middle that is %s is named, and those before it are judged', async (_, line, message) => {
  const { verdicts, exitCode, stderr } = await replay(file([...LINES.slice(0, 3), line, ...LINES.slice(3)].join('')))
  expect({ verdicts, exitCode }).toEqual({ verdicts: 1, exitCode: 1 })
  expect(stderr).toContain(`trace-reset: FILE: line 4: ${message}`)
  expect(stderr).toMatch(/^hint: the lines before it were judged/m)
})

test('a damaged gzip file', async () => {
  const zipped = gzipSync(WHOLE)
  zipped.fill(0xff, 40, 80)
  const { exitCode, stderr } = await replay(file(zipped, '.gz'))
  expect(exitCode).toBe(1)
  expect(stderr).toMatch(/^trace-reset: FILE: .+\nhint: /m)
})

test.each([
  [
    'of a newer schema',
    JSON.stringify({ ...start(), schema: SCHEMA + 1 }),
    `line 1: made by a newer trace-reset: it has schema ${SCHEMA + 1}`,
  ],
  ['empty', '', 'it is empty, and no recording'],
  ['without its first line', LINES.slice(1).join(''), 'line 1: no recording: its first line is not the start of one'],
  ['of another kind', 'hello\nworld\n', 'line 1: garbled: it is not JSON'],
  ['of one endless line', 'x'.repeat(3_000_000), 'line 1: garbled: it is not JSON'],
])('a file that is %s', async (_, contents, message) => {
  const { verdicts, exitCode, stderr } = await replay(file(contents))
  expect({ verdicts, exitCode }).toEqual({ verdicts: 0, exitCode: 1 })
  expect(stderr).toContain(`trace-reset: FILE: ${message}`)
  expect(stderr).toMatch(/^hint: a recording is what trace-reset --record FILE writes$/m)
})

test('a file that is not there, and a directory', async () => {
  for (const path of [join(directory, 'none'), directory]) {
    const { exitCode, stderr } = await replay(path)
    expect({ path, exitCode }).toEqual({ path, exitCode: 1 })
    expect(stderr).toMatch(/^trace-reset: (cannot read )?FILE: .+\nhint: /m)
  }
})

test.each<[string, string | Uint8Array]>([
  ['plain', WHOLE],
  ['zipped', gzipSync(WHOLE)],
])('how much was read is told, in bytes of the file: %s', async (_, contents) => {
  const reads: number[] = []
  const path = file(contents)
  await lastValueFrom(observations(path, { warn: () => undefined, read: (bytes) => reads.push(bytes) }))
  expect(reads.at(-1)).toBe(Buffer.byteLength(contents))
})

test('a trace that had failed is judged, and its failure told', async () => {
  const { verdicts, exitCode, stderr } = await replay(
    file(LINES.slice(0, -1).join('') + JSON.stringify(stop('bpftrace ended with exit code 1: oops')) + '\n'),
  )
  expect({ verdicts, exitCode }).toEqual({ verdicts: 2, exitCode: 0 })
  expect(stderr).toContain('warning: the trace had failed: bpftrace ended with exit code 1: oops')
})

test('a recording is not overwritten by its own replay', async () => {
  const path = file(WHOLE)
  await replayHere([path, '-o', path])
  expect(await replay(path)).toMatchObject({ verdicts: 2 })
})

// Were it read faster than it is judged, its lines would wait in memory, and there would be too little of it.
test('a long recording takes no more memory than a short one', async () => {
  const events = Array.from({ length: 150_000 }, (_, ms) => `${JSON.stringify(reply({ at: at(4000 + ms) }))}\n`)
  const path = file([...LINES.slice(0, -1), ...events, ...LINES.slice(-1)].join(''))
  const run = await execa(process.execPath, ['--max-old-space-size=28', CLI, 'replay', path], { timeout: 60_000 })
  expect(run.stderr).toBe(TWO.trimEnd())
}, 60_000)

const balance = async (...files: string[]) =>
  (await replayHere([...files, '--balance'])).stderr.split('\n').filter((line) => line.includes('netns'))

describe('several recordings', () => {
  const other = [start({ boot: { s: 1_000_000, ns: 0 } }), reset({ at: at(1) }), tick(2), stop()]
  const OTHER = other.map((line) => `${JSON.stringify(line)}\n`).join('')

  test.each(['table', 'csv', 'json'])('give what each gives, below one header: %s', async (format) => {
    const files = [file(WHOLE), file(gzipSync(OTHER), '.gz'), file(WHOLE)]
    const alone = []
    for (const one of files) alone.push((await replayHere([one, '--format', format])).stdout)
    const header = format === 'json' ? '' : `${alone[0]?.split('\n')[0]}\n`
    const expected = header + alone.map((text) => text.slice(header.length)).join('')
    expect(await replayHere([...files, '--format', format])).toEqual({
      stdout: expected,
      stderr: 'trace-reset: 5 resets: 0 sent, 5 received; 0 look-ups; nothing lost\n',
      exitCode: 0,
    })
    const { stdout } = await traceReset(['replay', '-', '--format', format], { input: WHOLE + OTHER + WHOLE })
    expect(stdout).toBe(expected)
  })

  test('-n counts over all, and the totals are of what was read for them', async () => {
    const run = await replayHere([file(WHOLE), file(OTHER), file(WHOLE), '--format', 'json', '-n', '3'])
    expect(counted(run)).toEqual({
      verdicts: 3,
      exitCode: 0,
      stderr: 'trace-reset: 3 resets: 0 sent, 3 received; 0 look-ups; nothing lost\n',
    })
  })

  test('an expectation is of all', async () => {
    expect((await replayHere([file(WHOLE), file(OTHER), '--expect', 'peer-aborted=3'])).exitCode).toBe(0)
  })

  test('one that cannot be read is named, and those before it are judged', async () => {
    const { stdout, stderr, exitCode } = await replayHere([file(WHOLE), 'no/such', '--format', 'json'])
    expect({ verdicts: stdout.split('\n').length - 1, exitCode }).toEqual({ verdicts: 2, exitCode: 1 })
    expect(stderr).toContain('trace-reset: cannot read no/such: no such file or directory\n')
  })

  test('each is balanced with its own counters', async () => {
    const active = reset({ fn: 'tcp_send_active_reset', segment: null })
    const [before, after] = [counters(0, { OutRsts: 1 }), counters(9000, { OutRsts: 3 })]
    const counting = [start(), before, active, total(2), after, stop()]
    const one = file(counting.map((line) => `${JSON.stringify(line)}\n`).join(''))
    const alone = await balance(one)
    expect(alone.length).toBeGreaterThan(0)
    expect(await balance(one, one)).toEqual([...alone, ...alone])
  })

  test('standard input can be read once', async () => {
    expect((await replayHere(['-', '-'])).exitCode).toBe(2)
  })
})

test('-o - is standard output', async () => {
  expect(await replayHere([file(WHOLE), '-o', '-'])).toEqual(await replayHere([file(WHOLE)]))
})

test.each([
  [['--dport', '81'], 'the filter dport=81 leaves out all there is: 2 events of other connections'],
  [['--cause', 'linger-zero'], 'the filter cause=linger-zero leaves out all there is: 2 resets by verdict'],
])('a filter that leaves nothing says so: %j', async (args, message) => {
  const { stderr } = await replayHere([file(WHOLE), ...args])
  expect(stderr).toContain(`; nothing lost\ntrace-reset: ${message}\n`)
})

test.each(['--packets', '--probe=tcp_reset'])('a recording without the steps of %s says so', async (option) => {
  const { stderr, exitCode } = await replayHere([file(WHOLE), option])
  expect(stderr).toContain('warning: no such step was recorded')
  expect(exitCode).toBe(0)
})
