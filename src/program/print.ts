// SPDX-License-Identifier: MIT
import { isSmall, packsOf, placesOf } from './packed.ts'
import { FIELDS, GROUPS, KINDS, type Field } from './fields.ts'

/** How many ticks of the program's clock an event keeps it going for, of 100 ms each: see frame.bt. */
const TICKS = 15

/** One field of a line as a probe prints it: its row in the table, and what bpftrace is to print for it there. */
type Printed = { name: string; field: Field; expression: string }

/** What a probe asks to be printed: the kind of the line, the name of its function, and its fields in their order. */
export type Print = { kind: string; fn: string | undefined; fields: Printed[] }

/**
 * Reads the hole `print KIND fn=NAME: FIELD...` of a probe. A FIELD is the name of a row of the table, or of a group of
 * rows, or `name=expression` where the probe knows better than the table; NAME may have a number in it, `<$variable>`.
 * Without NAME it is that of the step. Throws on a name that the table has not.
 */
export const parsePrint = (asked: string): Print => {
  const [, kind = '', fn, words = ''] = /^print (\w+)(?: fn=(\S+?))?(?::\s+(.*))?$/s.exec(asked.trim()) ?? []
  const front = KINDS[kind]
  if (front === undefined) throw new Error(`no line is of that kind: ${asked}`)
  const fields = words
    .split(/\s+/)
    .filter((word) => word !== '')
    .flatMap(printed)
  const begun = front.flatMap(printed)
  // What the line begins with may be another value than the table's, in its place.
  const instead = (name: string) => fields.find((field) => field.name === name)
  const rest = fields.filter(({ name }) => !begun.some((field) => field.name === name))
  return { kind, fn, fields: [...begun.map((field) => instead(field.name) ?? field), ...rest] }
}

const printed = (word: string): Printed[] => {
  const group = Object.entries(GROUPS).find(([name]) => name === word)?.[1]
  if (group !== undefined) return Object.keys(group).flatMap(printed)
  const [, name = '', expression] = /^(\w+)(?:=(.*))?$/.exec(word) ?? []
  const field: Field | undefined = Object.entries(FIELDS).find(([known]) => known === name)?.[1]
  if (field === undefined) throw new Error(`the table has no field ${word}`)
  return [{ name, field, expression: expression ?? field.expression }]
}

/**
 * The bpftrace that prints it: the line is numbered on its CPU, and the clock goes on; of a tick itself it does neither. A
 * field of which a hole is to be filled with nothing is left out. A line is counted when it is out: what @n counts has
 * come, or is in a buffer, or is lost (frame.bt prints @n).
 */
export const printText = (asked: string, holes: Readonly<Record<string, string>> = {}): string => {
  const { kind, fn = FIELDS.fn.expression, fields: all } = parsePrint(asked)
  const fields = all.filter(({ expression }) => !holesIn(expression).some((hole) => holes[hole] === ''))
  const variables = fn.match(/(?<=<)\$\w+(?=>)/g) ?? []
  const words = wordsOf(fields)
  const format = words.map((word) => {
    const [{ name, field, expression }] = word
    if (name === 'fn') return ` fn=${fn.replaceAll(/<\$\w+>/g, '%llu')}`
    if (word.length > 1) return ` ${word.map((one) => one.name).join('+')}=%lx`
    return ` ${name}=${isNumber(expression) ? expression : formatAlone(field)}`
  })
  const values = words.flatMap((word) => {
    const [{ name, expression }] = word
    if (name === 'fn') return variables
    if (word.length > 1) return packedExpression(word)
    return isNumber(expression) ? [] : [expression]
  })
  const call = `printf("${kind}${format.join('')}\\n",\n${wrapped(values)});`
  return kind === 'tick' ? call : `@pending = ${TICKS};\n${call}\n@n[cpu]++;`
}

const holesIn = (expression: string) => [...expression.matchAll(/\/\*\{(\w+)\}\*\//g)].map(([, name = '']) => name)

// A number without company has a word for itself: bpftrace has no smaller one.
const formatAlone = ({ format }: Field) => (format === '%hhu' || format === '%hu' ? '%llu' : format)

type Word = [Printed, ...Printed[]]

// What shares words stands where the first of it would, and the rest in its order.
const wordsOf = (fields: readonly Printed[]): Word[] => {
  const shares = ({ field, expression }: Printed) => isSmall(field) && !isNumber(expression)
  const packs = packsOf(fields.filter(shares))
  const first = fields.findIndex(shares)
  return fields.flatMap((field, index) => [
    ...(index === first ? packs.map(([head, ...rest]): Word => [head ?? field, ...rest]) : []),
    ...(shares(field) ? [] : [[field] satisfies Word]),
  ])
}

const packedExpression = (word: Word): string => {
  const places = placesOf(word.map(({ name }) => name).join('+'))
  const parts = word.map(({ expression }, index) => {
    const { bits = 0, below = 0 } = places[index] ?? {}
    const masked = `((uint64)${isPlain(expression) ? expression : `(${expression})`} & 0x${'f'.repeat(bits / 4)})`
    return below === 0 ? masked : `(${masked} << ${below})`
  })
  return parts.join(' | ')
}

// A cast binds more than any operator: `(uint64)$sk->sk_err` is that of the field.
const isPlain = (expression: string) => /^[$\w]+(?:(?:->|\.)\w+)*$/.test(expression)

// A number is in the format itself.
const isNumber = (expression: string) => /^\d+$/.test(expression)

const WIDTH = 110

// Arguments in lines of a readable length, indented.
const wrapped = (values: readonly string[]): string => {
  const lines: string[] = []
  for (const value of values) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + value.length + 2 <= WIDTH) lines[lines.length - 1] = `${last}, ${value}`
    else lines.push(value)
  }
  return lines.map((line) => `  ${line}`).join(',\n')
}
