// SPDX-License-Identifier: MIT
// Every recording of the lab, replayed with the options of the run that made it: the same bytes, and the cause that was
// provoked. `fixtures/<kernel>/<cause>/` holds recording.jsonl, whose head has the filter of that run, and live.json, what it
// printed (live.csv, live.table: in that format). `<cause>.<trigger>/` is the same cause provoked in another way, or seen in
// another format or without the module; `.ipv6` the other family. Of one kernel golden.csv and golden.txt are what the other
// formats give.
//
// A recording of an older schema keeps what was printed then: each of its fields has its value today, beside fields that are
// new and sentences in other words. One of today's schema replays to the same bytes, or, where fields came since, to the same
// fields. The version that judged is no matter of a fixture: each release has another.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { filterTerms } from '../src/filter/describe.ts'
import { filterOf } from '../src/filter/recorded.ts'
import { jsonOutput } from '../src/format/schema.ts'
import { SCHEMA } from '../src/observation.ts'
import { decode } from '../src/recording/decode.ts'
import { replayHere } from './command.ts'
import { isOutput, isRecorded } from './published.ts'

const ROOT = fileURLToPath(new URL('../fixtures/', import.meta.url))
const KERNELS = ['5.10', '6.1', '6.12', '7.2']

/** The kernel whose recordings are printed as text too: one has every cause, and a change of a text is read once. */
const GOLDEN = '6.12'

const bothFamilies = (...names: string[]) => names.flatMap((name) => [name, `${name}.ipv6`])

/** What 5.10 alone does: it counts unread data wrong, and of a segment for a handshake looks at the ACK before the RST. */
const LATER = bothFamilies('spurious-close-reset', 'spurious-close-reset.killed', 'ignored-listener.wrong-ack')

/** From 6.10 on a worker collects the files of UNIX sockets. */
const BY_WORKER = 'process-died.in-transit'

/** What a kernel cannot be brought to: Debian's 5.10 is built without MPTCP. */
const WITHOUT: Readonly<Record<string, readonly string[]>> = {
  '5.10': bothFamilies('mptcp', 'unread-data-on-close.mptcp', 'handshake-abandoned.wrong-ack', BY_WORKER),
  '6.1': [...LATER, ...bothFamilies(BY_WORKER)],
  '6.12': LATER,
  '7.2': LATER,
}

const namesOf = (kernel: string) => readdirSync(`${ROOT}${kernel}`)
const FIXTURES = KERNELS.flatMap((kernel) =>
  namesOf(kernel).map((name) => ({ kernel, name, path: `${ROOT}${kernel}/${name}` })),
)

const Head = z.looseObject({ kind: z.literal('start'), schema: z.int() })

/** The schema of the recording, and the options of the run: its filter from that head, its format from what it printed. */
const headOf = (path: string) => {
  const [line = ''] = readFileSync(`${path}/recording.jsonl`, 'utf8').split('\n')
  const head = decode(line, 1)
  if (head.kind !== 'start' || typeof head.filter === 'string') throw new Error(`${path}: its filter is no data`)
  const terms = filterTerms(filterOf(head.filter)).filter(([, values]) => values.length > 0)
  const format =
    readdirSync(path)
      .find((file) => file.startsWith('live.'))
      ?.slice('live.'.length) ?? 'no live output'
  return {
    options: [...terms.flatMap(([name, values]) => [`--${name}`, values.join(',')]), '--format', format],
    format,
    schema: Head.parse(JSON.parse(line)).schema,
  }
}

const withoutVersion = (text: string) => text.replaceAll(/\btrace-reset \d[\w.-]*/g, 'trace-reset VERSION')

/** What a run printed, each field by its name of today. */
const liveOf = (path: string, format: string) =>
  withoutVersion(readFileSync(`${path}/live.${format}`, 'utf8'))
    .replaceAll('"lag":', '"lag_ns":')
    .replaceAll(',ehash_lag,', ',ehash_lag_ns,')

// A reader of RFC 4180, small enough to be right.
const cells = (row: string) => [...`${row},`.matchAll(/("(?:[^"]|"")*"|[^",]*),/g)].map(([, cell]) => cell)

/** What was printed, by its fields; text has none. */
const fieldsOf = (format: string, text: string): unknown[] => {
  const lines = text.split('\n').slice(0, -1)
  if (format === 'json') return lines.map((line): unknown => JSON.parse(line))
  // What is printed for people is all sentences, and laid out as each version likes.
  if (format !== 'csv') return []
  const [names = [], ...rows] = lines.map(cells)
  return rows.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index]])))
}

/** The columns of what was printed; those of text never change. */
const columnsOf = (format: string, text: string) => {
  const [head = ''] = text.split('\n')
  if (format !== 'json') return format === 'csv' ? head : ''
  return Object.keys(z.looseObject({}).parse(JSON.parse(head || '{}'))).join()
}

/** What a verdict says apart from its sentences. */
const facts = (line: unknown): object => {
  const {
    because: _because,
    why: _why,
    ...others
  } = z.looseObject({ because: z.unknown(), why: z.unknown() }).catch({ because: null, why: null }).parse(line)
  return others
}

test('there are fixtures of every kernel', () => {
  expect(readdirSync(ROOT).toSorted()).toEqual([...KERNELS, 'README.md'].toSorted())
})

test.each(KERNELS)('Linux %s has a fixture of whatever another kernel has one of', (kernel) => {
  const all = new Set(KERNELS.flatMap(namesOf))
  const without = WITHOUT[kernel] ?? []
  expect(namesOf(kernel).toSorted()).toEqual([...all].filter((name) => !without.includes(name)).toSorted())
})

describe.each(FIXTURES)('$kernel: $name', ({ kernel, name, path }) => {
  const { options, format, schema } = headOf(path)
  const recording = `${path}/recording.jsonl`

  test('has its files and no others', () => {
    const golden = kernel === GOLDEN && format === 'json' ? ['golden.csv', 'golden.txt'] : []
    expect(readdirSync(path).toSorted()).toEqual([...golden, `live.${format}`, 'recording.jsonl'])
  })

  test('replays to what was printed live, and names the cause', async () => {
    const [cause = ''] = name.split('.')
    const run = await replayHere([recording, ...options, '--expect', cause])
    const stdout = withoutVersion(run.stdout)
    const live = liveOf(path, format)
    const sameColumns = columnsOf(format, live) === columnsOf(format, stdout)
    const printed = fieldsOf(format, stdout)
    expect(run.exitCode).toBe(0)
    expect(printed).toMatchObject(fieldsOf(format, live).map((line) => (schema === SCHEMA ? line : facts(line))))
    expect(schema === SCHEMA && sameColumns ? stdout : live).toBe(live)
    const lines = format === 'json' ? printed : []
    expect(lines.map((line) => jsonOutput.parse(line))).toEqual(lines)
    expect(lines.filter((line) => !isOutput(line))).toEqual([])
  })

  test('is, read today, what the published schema says', () => {
    const lines = readFileSync(recording, 'utf8').split('\n').slice(0, -1)
    expect(lines.map((line, index) => decode(line, index + 1)).filter((line) => !isRecorded(line))).toEqual([])
  })

  // What is recorded in another format shows that format itself.
  const others = [
    ['golden.csv', '--format', 'csv'],
    ['golden.txt', '--format', 'table', '--verbose'],
  ].filter(() => kernel === GOLDEN && format === 'json')

  test.each(others)('gives %s', async (golden = '', ...shown) => {
    const { stdout } = await replayHere([recording, ...options, ...shown])
    await expect(withoutVersion(stdout)).toMatchFileSnapshot(`${path}/${golden}`)
  })
})
