// SPDX-License-Identifier: MIT
import { z } from 'zod'
import { address, answer, flowFacts, segment, socket, task, time, tuple } from '../src/values.ts'

// What stands in several places has a name, and stands once.
for (const [id, schema] of Object.entries({ address, answer, flowFacts, segment, socket, task, time, tuple }))
  z.globalRegistry.add(schema, { id })

/** The text of a JSON Schema (2020-12) that says what a zod schema says. */
export const jsonSchema = (title: string, schema: z.ZodType): string =>
  `${JSON.stringify({ title, ...z.toJSONSchema(schema) }, null, 2)}\n`
