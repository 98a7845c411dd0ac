// SPDX-License-Identifier: MIT
import { z } from 'zod'

/** What a JSON Schema made of our schemas has. */
type Schema = z.core.JSONSchema.BaseSchema

/**
 * An expression that matches lines of JSON which the schema surely takes: those in the form in which we write them, the
 * fields that must be there in their order and then the others. To match the text takes a quarter of the time that it takes
 * to check what was parsed of it. Undefined where the schema has what no expression can say.
 *
 * It says yes to nothing that the schema refuses, if the text is JSON at all. It may say no to what the schema takes:
 * spaces, another order, a text with an escape, a number of more than 15 digits.
 */
export const shapeOf = (schema: z.ZodType): RegExp | undefined => {
  const source = sourceOf(z.toJSONSchema(schema))
  return source === undefined ? undefined : new RegExp(`^${source}$`)
}

const sourceOf = (schema: Schema | boolean | undefined): string | undefined => {
  if (schema === undefined || typeof schema === 'boolean') return undefined
  if (schema.const !== undefined) return literal(schema.const)
  if (schema.enum !== undefined) return oneOf(schema.enum.map(literal))
  if (schema.anyOf !== undefined) return oneOf(schema.anyOf.map(sourceOf))
  // A list of types for what may be null.
  const types: unknown = schema.type
  if (Array.isArray(types)) return oneOf(types.map((type: unknown) => sourceOfType(schema, type)))
  return sourceOfType(schema, types)
}

const sourceOfType = (schema: Schema, type: unknown): string | undefined => {
  switch (type) {
    case 'object':
      return objectOf(schema)
    case 'array':
      return listOf(schema.items)
    case 'string':
      return textOf(schema)
    case 'integer':
      return numberOf(schema)
    case 'boolean':
      return 'true|false'
    case 'null':
      return 'null'
    default:
      return undefined
  }
}

const objectOf = ({ properties, propertyNames, required = [], additionalProperties }: Schema): string | undefined => {
  if (properties === undefined)
    return listed('\\{', joined([sourceOf(propertyNames), ':', oneOf([sourceOf(additionalProperties)])]), '\\}')
  const fields = Object.entries(properties).map(([name, schema]) => ({
    isRequired: required.includes(name),
    source: joined([`"${escaped(name)}":`, oneOf([sourceOf(schema)])]),
  }))
  if (additionalProperties !== false || fields[0]?.isRequired !== true) return undefined
  // Fields that may be there come in any order, between those that must.
  const parts: (string | undefined)[] = []
  let may: (string | undefined)[] = []
  const close = () => {
    if (may.length > 0) parts.push('(?:,', oneOf(may), ')*')
    may = []
  }
  for (const { isRequired, source } of fields) {
    if (!isRequired) {
      may.push(source)
      continue
    }
    close()
    parts.push(parts.length === 0 ? '' : ',', source)
  }
  close()
  return joined(['\\{', ...parts, '\\}'])
}

const listOf = (items: Schema['items']): string | undefined =>
  listed('\\[', Array.isArray(items) ? undefined : oneOf([sourceOf(items)]), '\\]')

const listed = (begin: string, source: string | undefined, end: string): string | undefined =>
  joined([begin, '(?:', source, '(?:,', source, ')*)?', end])

const textOf = ({ pattern, minLength, maxLength }: Schema): string | undefined => {
  if (minLength !== undefined || maxLength !== undefined) return undefined
  return pattern === undefined ? '"[^"\\\\\\x00-\\x1f]*"' : `"(?:${pattern.replace(/^\^/, '').replace(/\$$/, '')})"`
}

/** Numbers of so many digits are whole in JSON. */
const DIGITS = 15

// Only bounds that our schemas have: from 0 or from anywhere, up to a number or to anywhere.
const numberOf = ({ minimum = 0, maximum = 0, exclusiveMinimum, exclusiveMaximum }: Schema): string | undefined => {
  if (exclusiveMinimum !== undefined || exclusiveMaximum !== undefined) return undefined
  const digits = maximum >= 10 ** DIGITS ? `\\d{1,${DIGITS}}` : oneOf(upTo(String(maximum)))
  if (minimum === 0) return digits
  return minimum === Number.MIN_SAFE_INTEGER && maximum === Number.MAX_SAFE_INTEGER ? `-?${digits}` : undefined
}

// Fewer digits, or a smaller one behind the same ones, or the number itself. JSON itself refuses a 0 in front.
const upTo = (most: string): string[] => [
  ...(most.length > 1 ? [`\\d{1,${most.length - 1}}`] : []),
  ...most
    .split('')
    .flatMap((digit, place) =>
      digit === '0' ? [] : `${most.slice(0, place)}[0-${Number(digit) - 1}]\\d{${most.length - 1 - place}}`,
    ),
  most,
]

const oneOf = (sources: readonly (string | undefined)[]) => joined(['(?:', ...separated(sources), ')'])

const separated = (sources: readonly (string | undefined)[]) =>
  sources.flatMap((source, index) => (index === 0 ? [source] : ['|', source]))

const joined = (sources: readonly (string | undefined)[]): string | undefined =>
  sources.includes(undefined) ? undefined : sources.join('')

const literal = (value: unknown) => escaped(JSON.stringify(value))

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
