// SPDX-License-Identifier: MIT
import { z } from 'zod'
import { readDescription } from '../filter/recorded.ts'
import { observation, SCHEMA, type Observation } from '../observation.ts'
import { shapeOf } from './shape.ts'

const opening = z.looseObject({ kind: z.literal('start'), schema: z.int() })

/** Reads line `number` of a recording, the first being 1. Throws an Error that says what is wrong with it. */
export const decode = (text: string, number: number): Observation => {
  const parsed = parse(text)
  if (number > 1 && isOurs(parsed, text)) return parsed
  if (number === 1) checkOpening(parsed)
  // Only `start` says which schema it is of; so far it is the only line that has to change.
  const line = hasKind(parsed, 'start') ? upgrade(parsed) : parsed
  const { data, error } = observation.safeParse(line)
  if (error === undefined) return data
  const [issue] = error.issues
  throw new Error(`no line of a recording: ${issue?.path.join('.') || 'line'}: ${issue?.message ?? 'not understood'}`)
}

/** Whether what was parsed is an Observation, by its text, if that is as we write it. Where this says no, the schema decides. */
const isOurs = (parsed: unknown, text: string): parsed is Observation => {
  if (parsed === null || !text.startsWith(FRONT)) return false
  return shapeOfKind(text.slice(FRONT.length, text.indexOf('"', FRONT.length)))?.test(text) === true
}

const FRONT = '{"kind":"'

/** The shape of each kind by its name, made when the first line of it is read. */
const shapes = new Map<string, RegExp | undefined>()

const shapeOfKind = (kind: string): RegExp | undefined => {
  if (shapes.has(kind)) return shapes.get(kind)
  const schema = observation.options.find(({ shape }) => shape.kind.value === kind)
  const made = schema === undefined ? undefined : shapeOf(schema)
  // A hostile file may have any number of kinds.
  if (schema !== undefined) shapes.set(kind, made)
  return made
}

const hasKind = (line: unknown, kind: unknown) =>
  typeof line === 'object' && line !== null && 'kind' in line && line.kind === kind

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('garbled: it is not JSON')
  }
}

const checkOpening = (line: unknown) => {
  const { data } = opening.safeParse(line)
  if (data === undefined) throw new Error('no recording: its first line is not the start of one')
  if (data.schema > SCHEMA)
    throw new Error(`made by a newer trace-reset: it has schema ${data.schema}, and this one reads up to ${SCHEMA}`)
}

/**
 * What turns a start of an older schema into one of the next, but for its number. A schema that is not here had fewer kinds
 * or fields than the next one, and nothing in it changed.
 */
const UPGRADES: Readonly<Record<number, (start: object) => object>> = {
  // The filter was text for people.
  4: (start) => ({ ...start, ...('filter' in start ? { filter: readFilter(start.filter) } : {}) }),
}

const readFilter = (filter: unknown) => (typeof filter === 'string' ? (readDescription(filter) ?? filter) : filter)

const upgrade = (line: unknown): unknown => {
  const { data } = opening.safeParse(line)
  if (data === undefined || data.schema < 1 || data.schema >= SCHEMA) return line
  const { [data.schema]: step = (start: object) => start } = UPGRADES
  return upgrade({ ...step(data), schema: data.schema + 1 })
}
