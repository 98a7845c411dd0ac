// SPDX-License-Identifier: MIT
import { z } from 'zod'
import { address, answer, flowFacts, segment, socket, task, time, tuple } from '../src/values.ts'

// What stands in several places has a name, and stands once.
for (const [id, schema] of Object.entries({ address, answer, flowFacts, segment, socket, task, time, tuple }))
  z.globalRegistry.add(schema, { id })

/**
 * The text of a JSON Schema (2020-12) that says what a zod schema says. An `open` one lets further fields pass: who checks
 * by it takes the lines of later versions too.
 */
export const jsonSchema = (head: { $id: string; title: string }, schema: z.ZodType, open = false): string => {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    override: ({ jsonSchema }) => {
      if (open) delete jsonSchema.additionalProperties
    },
  })
  return `${JSON.stringify({ $schema, ...head, ...rest }, null, 2)}\n`
}
