// SPDX-License-Identifier: MIT
// Verdicts as rows of typed columns, for what has types: Parquet, and tables for SQL.
import { z } from 'zod'
import type { Field, Value } from './columns.ts'
import { flatPlaces, putFlat, type Place } from './flat.ts'
import { verdictOutput } from './schema.ts'
import type { Start } from './sink.ts'

/** What a column holds; `moment` is a date with nanoseconds, `texts` a list. Each may be null. */
export type ColumnType = 'text' | 'integer' | 'boolean' | 'moment' | 'texts'

export type TypedColumn = Place & { type: ColumnType }

/** A value of a column: an integer and a moment, in nanoseconds since 1970, are a bigint. */
export type Cell = string | bigint | boolean | readonly string[] | null

/** The columns of fields of a verdict; their types are those of the JSON Schema. */
export const typedColumns = (fields: readonly { name: string }[]): TypedColumn[] => {
  const { properties = {} } = Node.parse(z.toJSONSchema(verdictOutput))
  return flatPlaces(fields).map((place) => {
    const field = properties[place.field]
    const node = place.inner === null ? field : field?.properties?.[place.inner]
    if (node === undefined) throw new Error(`no schema for ${place.name}`)
    return { ...place, type: place.name === 'time' ? 'moment' : typeOf(node) }
  })
}

type Node = {
  type?: string | string[] | undefined
  anyOf?: Node[] | undefined
  properties?: Record<string, Node> | undefined
}

const Node: z.ZodType<Node> = z.lazy(() =>
  z.object({
    type: z.union([z.string(), z.array(z.string())]).optional(),
    anyOf: z.array(Node).optional(),
    properties: z.record(z.string(), Node).optional(),
  }),
)

const TYPES: Readonly<Record<string, ColumnType>> = {
  string: 'text',
  integer: 'integer',
  number: 'integer',
  boolean: 'boolean',
  array: 'texts',
}

// Each may be null beside.
const typeOf = (node: Node): ColumnType => {
  const [found = ''] = namesOf(node).filter((name) => name !== 'null')
  const known = TYPES[found]
  if (known === undefined) throw new Error(`no type of a column: ${found}`)
  return known
}

const namesOf = ({ type = [], anyOf = [] }: Node): string[] => [type, ...anyOf.map(namesOf)].flat()

/** Makes rows of what has those fields, a value for each of the columns. */
export const createRows = <T>(fields: readonly Field<T>[], columns: readonly { name: string; type: ColumnType }[]) => {
  const places = new Map(columns.map(({ name }, place) => [name, place]))
  return (of: T, start: Start): Cell[] => {
    const row = columns.map((): Cell => null)
    putFlat(fields, of, start, (name, value) => {
      const place = places.get(name)
      const column = place === undefined ? undefined : columns[place]
      if (place !== undefined && column !== undefined) row[place] = cellOf(column.type, value)
    })
    return row
  }
}

const cellOf = (type: ColumnType, value: Value): Cell => {
  if (value === null || value === undefined) return null
  switch (typeof value) {
    case 'string':
      return type === 'moment' ? momentOf(value) : value
    case 'number':
      return BigInt(value)
    case 'boolean':
      return value
    default:
      return isTexts(value) ? value : JSON.stringify(value)
  }
}

const isTexts = (value: object): value is readonly string[] => Array.isArray(value)

/** Nanoseconds since 1970 of `2026-11-22T03:00:00.000000001Z`. */
const momentOf = (text: string): bigint =>
  BigInt(Date.parse(`${text.slice(0, 19)}Z`)) * 1_000_000n + BigInt(text.slice(20, 29))
