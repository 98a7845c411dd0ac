// SPDX-License-Identifier: MIT
// What the probes print and what the reader reads are the same fields: a name that only one of the two knows is a loss that
// nobody would see, since most fields of an Observation may be absent.
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { FIELDS } from '../../src/program/fields.ts'
import { placesOf, unpacked } from '../../src/program/packed.ts'
import { namesOf } from '../../src/program/names.ts'
import { readLine } from '../../src/live/line.ts'
import { readMessage } from '../../src/live/message.ts'
import { createNumbering } from '../../src/live/numbering.ts'
import { FORMATS, formatFor, lineOf, namesIn, printedLineOf, type Format } from '../program/lines.ts'

const file = (path: string) => new URL(`../../${path}`, import.meta.url).pathname
const NAMES = namesOf({ functions: {}, returns: {}, typedefs: [], enums: {} })

/** Sockets of each sort, a task that exits: a field that is dropped with one of them is read with another. */
const CONTEXTS: readonly Record<string, string>[] = [
  { sk: '1', skb: '2', state: '1', task_flags: '4', was_at: '5', reason: '3', flow_ttl: '64', pid: '1' },
  { sk: '1', skb: '2', state: '6' },
  { sk: '1', skb: '2', state: '1', iif: '7', route: '7' },
  { sk: '1', to: '7' },
  { sk: '1', skb: '2', state: '1', clock: '6ddd00032', heard: '28' },
]

/** Values of which one makes a difference, whatever the field is. */
const OTHERS = ['0', '1', '4', '7', 'x', ' ffffffff81000001 f+1']

const seen = (line: string) => {
  try {
    return { observation: readLine(line, NAMES), missing: createNumbering().before(line) }
  } catch (error) {
    return { error }
  }
}

const isRead = ({ kind, fn, names }: Format, name: string) => {
  const ofIpv4 = fn.replaceAll('%llu', '4')
  return CONTEXTS.some((context) => {
    const values = Object.fromEntries(Object.entries(context).filter(([key]) => names.includes(key)))
    const before = seen(lineOf(kind, ofIpv4, values))
    return OTHERS.some((value) => !isDeepStrictEqual(before, seen(lineOf(kind, ofIpv4, { ...values, [name]: value }))))
  })
}

test.each(FORMATS.map((format) => [`${format.kind} ${format.fn}`, format] as const))(
  'each field of %s is read',
  (_, format) => {
    const fixed = [...format.text.matchAll(/ (\w+)=(?!%)/g)].map(([, name = '']) => name)
    const names = format.names.filter((name) => !fixed.includes(name))
    expect(names.filter((name) => !isRead(format, name))).toEqual([])
  },
)

/** What a program prints on arm64 alone: test/program and line.test.ts have what comes of it. */
const OF_ARM64 = ['caller', 'caller_name']

/** Of numbers with a width, one that has its highest bit, and one that is negative where it may be. */
const EXTREMES = ['4294967295', '2147483648', '-1', '65535', '255', '7']

test.each(FORMATS.map((format) => [`${format.kind} ${format.fn}`, format] as const))(
  'numbers of %s that share a word are read as if each had a field of its own',
  (_, { kind, fn, text }) => {
    const shared = [...text.matchAll(/ (\w+(?:\+\w+)+)=/g)].flatMap(([, name = '']) => placesOf(name))
    const ofIpv4 = fn.replaceAll('%llu', '4')
    for (const extreme of EXTREMES) {
      const values = Object.fromEntries(
        shared.map(({ name, bits, signed }) => {
          const number = signed ? BigInt.asIntN(32, BigInt(extreme)) : BigInt.asUintN(bits, BigInt(extreme))
          return [name, String(name === 'family' ? 4 : number)]
        }),
      )
      expect(seen(printedLineOf(kind, ofIpv4, values))).toEqual(seen(lineOf(kind, ofIpv4, values)))
    }
  },
)

test.each(['x', '', '-1', '1ffffffffffffffff', '10000'])('a word that is none fails: %j', (text) => {
  expect(() => unpacked('family+ttl', text)).toThrow('family+ttl is no number')
})

// The reader asks for rows of the table alone: the compiler sees to that.
test('each row of the table is printed by some probe', () => {
  const printed = new Set([...FORMATS.flatMap(({ names }) => names), ...OF_ARM64])
  expect(Object.keys(FIELDS).filter((name) => !printed.has(name))).toEqual([])
})

// With -u a field that is new to a probe gets the value 0 in the scenario.
test('the lines of the scenario are as our programs print them', async () => {
  const path = file('test/bin/scenario.jsonl')
  const lines = readFileSync(path, 'utf8').trim().split('\n')
  const printed = lines.map((line) => {
    const message = readMessage(line)
    return message?.kind === 'line' ? printedToday(message.text) : line
  })
  expect(printed.filter((line) => line.startsWith(PRINTF)).length).toBeGreaterThan(8)
  await expect(`${printed.join('\n')}\n`).toMatchFileSnapshot(path)
})

const PRINTF = '{"type": "printf", "data": '

const printedToday = (line: string) => {
  const [, kind = '', fn = ''] = /^(\w+)(?: fn=(\w+))?/.exec(line) ?? []
  const { names } = formatFor(kind, fn)
  const known = namesIn(line).filter((name) => names.includes(name))
  const values = Object.fromEntries(known.map((name) => [name, valueOf(line, name)]))
  return `${PRINTF}${JSON.stringify(printedLineOf(kind, fn, values))}}`
}

const ENDS: Readonly<Record<string, string>> = { stack: '(?= comm=|\\n$)', comm: '(?=\\n$)' }

const valueOf = (line: string, name: string) => {
  const [, key = name] = new RegExp(`\\s((?:\\w+\\+)*${name}(?:\\+\\w+)*)=`).exec(line) ?? []
  const escaped = key.replaceAll('+', '\\+')
  const text = new RegExp(`\\s${escaped}=([^]*?)${ENDS[name] ?? '(?=[ \\n])'}`).exec(line)?.[1] ?? ''
  return unpacked(key, text).find(([one]) => one === name)?.[1] ?? ''
}
