// SPDX-License-Identifier: MIT
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { pcap } from '../capture/bytes.ts'
import { queryHere, replayHere, traceReset } from '../command.ts'
import { recordingsOf } from './recordings.ts'

const directory = mkdtempSync(join(tmpdir(), 'trace-reset-query-'))
afterAll(() => rmSync(directory, { recursive: true }))
const file = (name: string) => join(directory, name)

const ALL = 'SELECT * FROM verdicts'

/** What replay prints as CSV, and a query of all verdicts from the recordings, from Parquet and from JSON lines. */
const fourWays = async (recordings: readonly string[]) => {
  const { stdout } = await replayHere([...recordings, '-f', 'csv'])
  await replayHere([...recordings, '-f', 'parquet', '-o', file('all.parquet')])
  await replayHere([...recordings, '-f', 'json', '-o', file('all.json')])
  writeFileSync(file('all.json.gz'), gzipSync(readFileSync(file('all.json'))))
  const asked = [recordings, [file('all.parquet')], [file('all.json')], [file('all.json.gz')]]
  const queried: string[] = []
  for (const files of asked) {
    const run = await queryHere([ALL, ...files, '-f', 'csv'])
    expect(run.stderr).toBe('')
    queried.push(run.stdout)
  }
  return { stdout, queried }
}

test.each(['5.10', '6.12', '7.2'])(
  'what a query gives is what replay gives, on Linux %s',
  async (kernel) => {
    const { stdout, queried } = await fourWays(recordingsOf(kernel))
    expect(stdout.split('\n').length).toBeGreaterThan(200)
    for (const one of queried) expect(one).toBe(stdout)
  },
  60_000,
)

test('also where names are hostile', async () => {
  const [recording = ''] = recordingsOf('6.12').filter((path) => path.includes('/linger-zero/'))
  const lines = readFileSync(recording, 'utf8')
  const name = fc.string({
    unit: fc.oneof(
      fc.constantFrom('\0', '\x1b', '"', "'", '=', ';', '\n', '\r', ','),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    ),
    maxLength: 15,
  })
  await fc.assert(
    fc.asyncProperty(name, async (comm) => {
      writeFileSync(
        file('hostile.jsonl'),
        lines.replaceAll('"comm":"python3"', () => `"comm":${JSON.stringify(comm)}`),
      )
      const { stdout, queried } = await fourWays([file('hostile.jsonl')])
      for (const one of queried) expect(one).toBe(stdout)
    }),
    { numRuns: 25 },
  )
}, 60_000)

const [FORGED = ''] = recordingsOf('6.12').filter((path) => path.includes('/forged/'))

describe('an answer', () => {
  test('as a table, JSON and CSV, with every kind of value', async () => {
    const sql = `SELECT cause, time, time::TIMESTAMPTZ AS zoned, date_trunc('day', time) AS day, 9007199254740993 AS big, 1.50 AS decimal,
      [1, NULL] AS list, {a: [1]} AS struct, MAP {'k': 2} AS map, NULL AS nothing, 'inf'::DOUBLE AS beyond, INTERVAL 1 DAY AS span FROM verdicts`
    const answers = await Promise.all(['table', 'json', 'csv'].map((format) => queryHere([sql, FORGED, '-f', format])))
    expect(answers.map(({ stdout }) => stdout).join('')).toMatchInlineSnapshot(`
      "cause  time                           zoned                       day                               big decimal list    struct    map     nothing   beyond span
      forged 2026-11-25T19:18:48.361585027Z 2026-11-25T19:18:48.361585Z 2026-11-25T00:00:00Z 9007199254740993    1.50 1; null {"a":[1]} {"k":2}       - Infinity 1 day
      {"cause":"forged","time":"2026-11-25T19:18:48.361585027Z","zoned":"2026-11-25T19:18:48.361585Z","day":"2026-11-25T00:00:00Z","big":"9007199254740993","decimal":"1.50","list":[1,null],"struct":{"a":[1]},"map":{"k":2},"nothing":null,"beyond":"Infinity","span":"1 day"}
      cause,time,zoned,day,big,decimal,list,struct,map,nothing,beyond,span
      forged,2026-11-25T19:18:48.361585027Z,2026-11-25T19:18:48.361585Z,2026-11-25T00:00:00Z,9007199254740993,1.50,1; null,"{""a"":[1]}","{""k"":2}",,Infinity,1 day
      "
    `)
  })

  test('has no terminal escapes, and no formulas', async () => {
    const sql = String.raw`SELECT '=1+' || chr(27) || '[2J' AS "x` + '\x1b"'
    const { stdout } = await queryHere([sql, FORGED])
    expect(stdout).toBe('x\\x1b\n=1+\\x1b[2J\n')
    expect((await queryHere([sql, FORGED, '-f', 'csv'])).stdout).toBe("x\\x1b\n'=1+\\x1b[2J\n")
    expect((await queryHere([sql, FORGED, '-f', 'json'])).stdout).toBe('{"x\\u001b":"=1+\\u001b[2J"}\n')
  })

  test('goes to a file, and not over a recording', async () => {
    await queryHere(['SELECT 1 AS one', FORGED, '-o', file('answer')])
    expect(readFileSync(file('answer'), 'utf8')).toBe('one\n  1\n')
    copyFileSync(FORGED, file('own.jsonl'))
    const run = await queryHere(['SELECT 1', file('own.jsonl'), '-o', file('own.jsonl')])
    expect(run.exitCode).toBe(2)
    expect(readFileSync(file('own.jsonl'))).toEqual(readFileSync(FORGED))
  })

  test('is of all files together', async () => {
    await replayHere([FORGED, '-f', 'parquet', '-o', file('one.parquet')])
    await replayHere([FORGED, '-f', 'json', '-o', file("it's [a]*.json")])
    const run = await queryHere([
      'SELECT count(*) AS n FROM verdicts',
      FORGED,
      FORGED,
      file('one.parquet'),
      file("it's [a]*.json"),
      '-f',
      'csv',
    ])
    expect(run.stdout).toBe('n\n4\n')
  })
})

test('the observations are the lines of the recording', async () => {
  const run = await queryHere(['SELECT json FROM observations ORDER BY recording, line', FORGED, '-f', 'json'])
  const lines = run.stdout.trimEnd().split('\n')
  const texts = lines.map((line) => z.object({ json: z.string() }).parse(JSON.parse(line)).json)
  expect(texts.slice(1)).toEqual(readFileSync(FORGED, 'utf8').trimEnd().split('\n').slice(1))
})

describe('a query reads the files that were named, and does nothing else', () => {
  test.each([
    ["SELECT * FROM read_text('/etc/hostname')", 'disabled by configuration'],
    ["SELECT * FROM read_parquet('https://192.0.2.1/x.parquet')", 'disabled by configuration'],
    ["SELECT * FROM glob('/etc/*')", 'disabled by configuration'],
    ["COPY verdicts TO '/tmp/trace-reset-must-not-be.csv'", 'disabled by configuration'],
    ["ATTACH '/tmp/trace-reset-must-not-be.db'", 'it is not a query'],
    ['SET enable_external_access = true', 'it is not a query'],
    ['SET threads = 1', 'it is not a query'],
    ['LOAD httpfs', 'it is not a query'],
    ['EXPLAIN ANALYZE SELECT 1', 'it is not a query'],
    ['DROP VIEW verdicts', 'it is not a query'],
    [' ', 'it is not a query'],
    ['SELECT nothing FROM verdicts', 'Binder Error'],
    ['SELECT * FROM resets', 'Catalog Error'],
    ['SELEC', 'Parser Error'],
  ])('%s', async (sql, words) => {
    const { stdout, stderr, exitCode } = await queryHere([sql, FORGED])
    expect({ stdout, exitCode, says: stderr.includes(words) }).toEqual({ stdout: '', exitCode: 2, says: true })
    expect(stderr).toContain('\nhint: ')
  })

  test('a Parquet file that is read cannot be written over', async () => {
    await replayHere([FORGED, '-f', 'parquet', '-o', file('kept.parquet')])
    const before = readFileSync(file('kept.parquet'))
    for (const sql of ['COPY', 'EXPLAIN ANALYZE COPY'].map((copy) => `${copy} (SELECT 1) TO '${file('kept.parquet')}'`))
      expect((await queryHere([sql, file('kept.parquet')])).exitCode).toBe(2)
    expect(readFileSync(file('kept.parquet'))).toEqual(before)
  })
})

describe('a file that is none', () => {
  test('a capture, what is cut off, garbled or of something else', async () => {
    writeFileSync(file('a.pcap'), pcap(1, []))
    await replayHere([FORGED, '-f', 'parquet', '-o', file('whole.parquet')])
    writeFileSync(file('cut.parquet'), readFileSync(file('whole.parquet')).subarray(0, 2000))
    await replayHere([FORGED, '-f', 'json', '-o', file('whole.json')])
    writeFileSync(file('garbled.json'), `${readFileSync(file('whole.json'), 'utf8')}{"cause":,}\n`)
    writeFileSync(file('other.json'), '{"schema":1,"at":"x"}\n')
    const said = async (name: string) => {
      const { stderr, exitCode } = await queryHere(['SELECT count(*) FROM verdicts', file(name)])
      return [exitCode, stderr.replaceAll(directory, '').split('\n')[0]?.slice(0, 100)]
    }
    expect(await Promise.all(['a.pcap', 'cut.parquet', 'garbled.json', 'other.json', 'nothing'].map(said)))
      .toMatchInlineSnapshot(`
      [
        [
          2,
          "trace-reset: /a.pcap is a capture: a query is of recordings and of verdicts",
        ],
        [
          1,
          "trace-reset: /cut.parquet: cannot be read: Invalid Input Error: No magic bytes found at end of file ",
        ],
        [
          1,
          "trace-reset: query: Invalid Input Error: Malformed JSON in file "/garbled.json", at byte 10 in line ",
        ],
        [
          1,
          "trace-reset: /other.json: it holds no verdicts",
        ],
        [
          1,
          "trace-reset: cannot read /nothing: no such file or directory",
        ],
      ]
    `)
  })
})

describe('Parquet', () => {
  test.each([
    [['--packets'], 'is of verdicts'],
    [['--summary=cause'], 'is of verdicts'],
  ])('%j is refused', async (more, words) => {
    const { stderr, exitCode } = await replayHere([FORGED, '-f', 'parquet', ...more])
    expect({ exitCode, says: stderr.includes(words) }).toEqual({ exitCode: 2, says: true })
  })

  test('with --stack and --explain it has their columns, and of nothing it is a file without rows', async () => {
    await replayHere([
      FORGED,
      '-f',
      'parquet',
      '--stack',
      '--explain',
      '--cause',
      'unknown',
      '-o',
      file('none.parquet'),
    ])
    expect((await queryHere(['SELECT count(*) AS n FROM verdicts', file('none.parquet'), '-f', 'csv'])).stdout).toBe(
      'n\n0\n',
    )
  })

  test('a trace does not take it', async () => {
    const { stderr, exitCode } = await traceReset(['-f', 'parquet'])
    expect({ exitCode, says: stderr.includes('Allowed choices are table, json, csv') }).toEqual({
      exitCode: 2,
      says: true,
    })
  })
})
