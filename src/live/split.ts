// SPDX-License-Identifier: MIT
import { stateName } from '../flow/states.ts'
import { FIELDS, type NameOf } from '../program/fields.ts'
import { unpacked } from '../program/packed.ts'
import { timeOf, type Time } from '../time.ts'

/** The fields of one line that a probe printed, each read as the table says (src/program/fields.ts). */
export type Fields = {
  /** Whether the line has a value for it; and whether that is more than 0, which stands for a lack. */
  has: (name: keyof typeof FIELDS) => boolean
  given: (name: keyof typeof FIELDS) => boolean
  text: (name: NameOf<'text'>) => string
  hex: (name: NameOf<'hex'>) => string
  bits: (name: NameOf<'bits'>) => bigint
  number: (name: NameOf<'number'>) => number
  time: (name: NameOf<'time'>) => Time
  state: (name: NameOf<'state'>) => string
}

/**
 * Takes a line apart: the kind, the stack, and the fields. The name of a task is anybody's bytes, so it comes last, and the
 * stack, which has lines of its own, before it. A field that is read as what it is not throws.
 */
export const split = (line: string): { kind: string; stack: string; fields: Fields } => {
  const [front, comm] = cut(line.replace(/\n$/, ''), ' comm=')
  const [head, stack] = cut(front, ' stack=')
  const [kind = '', ...pairs] = head.trim().split(' ')
  const values = new Map(pairs.flatMap((pair) => unpacked(...cut(pair, '='))))
  values.set('comm', comm)
  const text = (name: string) => values.get(name) ?? ''
  const hex = (name: string) => {
    if (!/^[0-9a-f]{1,16}$/.test(text(name))) throw new Error(`${name} is no pointer: ${JSON.stringify(text(name))}`)
    return text(name)
  }
  const big = (name: string) => {
    if (!/^-?\d+$/.test(text(name))) throw new Error(`${name} is no number: ${JSON.stringify(text(name))}`)
    return BigInt(text(name))
  }
  const number = (name: string) => Math.min(Number(big(name)), Number.MAX_SAFE_INTEGER)
  const fields: Fields = {
    has: (name) => text(name) !== '',
    given: (name) => !['', '0'].includes(text(name)),
    text,
    hex,
    bits: (name) => BigInt(`0x${hex(name)}`),
    number,
    time: (name) => timeOf(big(name)),
    state: (name) => stateName(number(name)),
  }
  return { kind, stack, fields }
}

const cut = (text: string, separator: string): [string, string] => {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)]
}
