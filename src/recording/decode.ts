// SPDX-License-Identifier: MIT
import { z } from 'zod'
import { readDescription } from '../filter/recorded.ts'
import { observation, SCHEMA, type Observation } from '../observation.ts'

const opening = z.looseObject({ kind: z.literal('start'), schema: z.int() })

/** Reads line `number` of a recording, the first being 1. Throws an Error that says what is wrong with it. */
export const decode = (text: string, number: number): Observation => {
  const parsed = parse(text)
  if (number === 1) checkOpening(parsed)
  // Only `start` says which schema it is of; so far it is the only line that has to change.
  const line = hasKind(parsed, 'start') ? upgrade(parsed) : parsed
  if (isObservation(line)) return line
  const { data, error } = observation.safeParse(line)
  if (error === undefined) return data
  const [issue] = error.issues
  throw new Error(`no line of a recording: ${issue?.path.join('.') || 'line'}: ${issue?.message ?? 'not understood'}`)
}

const hasKind = (line: unknown, kind: unknown) =>
  typeof line === 'object' && line !== null && 'kind' in line && line.kind === kind

/** Each kind by its name, compiled when the first line of it is read. */
const compiled = new Map<unknown, z.ZodType<Observation>>()

/**
 * Whether this is an Observation, by the schema compiled to code. Each kind is compiled by itself: one function for all of
 * them is longer than what V8 optimises (max_optimized_bytecode_size). Where this says no, the schema says why.
 */
const isObservation = (line: unknown): line is Observation => {
  if (typeof line !== 'object' || line === null || !('kind' in line)) return false
  const known = compiled.get(line.kind)
  if (known !== undefined) return known.validate(line)
  const schema = observation.options.find(({ shape }) => shape.kind.value === line.kind)
  if (schema === undefined) return false
  const made = z.compile<z.ZodType<Observation>>(schema)
  compiled.set(line.kind, made)
  return made.validate(line)
}

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
