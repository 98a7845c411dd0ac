// SPDX-License-Identifier: MIT
import { readdirSync, readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { observation } from '../../src/observation.ts'
import { shapeOf } from '../../src/recording/shape.ts'
import { address } from '../../src/values.ts'

const FIXTURES = new URL('../../fixtures/', import.meta.url)

const shapes = new Map(observation.options.map((schema) => [schema.shape.kind.value, shapeOf(schema)]))

const kindOf = (line: string) => observation.parse(JSON.parse(line)).kind

test('every line that the tool has written of itself has the shape of its kind', () => {
  const others = new Set<string>()
  for (const kernel of readdirSync(FIXTURES).filter((name) => /^\d/.test(name)))
    for (const name of readdirSync(new URL(`${kernel}/`, FIXTURES))) {
      const lines = readFileSync(new URL(`${kernel}/${name}/recording.jsonl`, FIXTURES), 'utf8')
        .trimEnd()
        .split('\n')
      // The head is read once, by the schema.
      for (const line of lines.slice(1)) if (shapes.get(kindOf(line))?.test(line) !== true) others.add(line)
    }
  expect([...others].slice(0, 3)).toEqual([])
})

test.each([0, 7, 9, 10, 99, 100, 255, 65_535, 999_999_999])('a number up to %i', (most) => {
  const shape = shapeOf(z.strictObject({ n: z.int().min(0).max(most) }))
  const numbers = fc.oneof(fc.nat(most), fc.nat(3 * most + 100), fc.constantFrom(most, most + 1, most - 1, -1))
  fc.assert(
    fc.property(numbers, (n) => {
      expect(shape?.test(JSON.stringify({ n }))).toBe(n >= 0 && n <= most)
    }),
  )
})

const parts = fc.array(fc.constantFrom('::', ':', '.', '0', '1', 'fe80', '255', '256', '10', 'ffff', 'g', '%'), {
  maxLength: 12,
})

test('an address that has the shape is one', () => {
  const shape = shapeOf(z.strictObject({ address }))
  const texts = fc.oneof(
    parts.map((list) => list.join('')),
    fc.ipV6(),
    fc.ipV4(),
  )
  fc.assert(
    fc.property(texts, (text) => {
      const line = JSON.stringify({ address: text })
      expect(shape?.test(line) !== true || address.safeParse(text).success).toBe(true)
    }),
    { numRuns: 5000 },
  )
})

test.each([
  ['{"kind":"tick","at":{"s":1,"ns":2}}', true],
  ['{"kind":"tick","at":{"s":1,"ns":2},"read":{"s":1,"ns":2}}', true],
  ['{"kind":"tick","at":{"s":1,"ns":2},"more":1}', false],
  ['{"kind":"tick","at":{"s":1,"ns":2}} ', false],
  ['{"kind":"tick","at":{"s":1,"ns":1000000000}}', false],
  ['{"kind":"tick","at":{"s":1.5,"ns":2}}', false],
  ['{"kind":"tick","at":{"s":1,"ns":2},}', false],
  ['{"kind":"tock","at":{"s":1,"ns":2}}', false],
])('%s', (line, has) => {
  expect(shapes.get('tick')?.test(line)).toBe(has)
})

test.each([
  ['text of a length', z.strictObject({ a: z.array(z.string().min(2)) })],
  ['a number of a kind of its own', z.strictObject({ a: z.int().min(5) })],
  ['an object that may have more', z.looseObject({ a: z.string() })],
  ['nothing that must be there', z.strictObject({ a: z.string().optional() })],
])('%s has no shape', (_, schema) => {
  expect(shapeOf(schema)).toBeUndefined()
})
