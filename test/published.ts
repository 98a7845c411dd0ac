// SPDX-License-Identifier: MIT
// The JSON Schemas as the package publishes them, checked by a validator that others use: ajv.
import { readFileSync } from 'node:fs'
import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js'
import { z } from 'zod'

// Formats say again what a pattern says already, and ajv knows none without another package.
const ajv = new Ajv2020({ strict: true, allErrors: true, validateFormats: false })

const anySchema: z.ZodType<AnySchema> = z.record(z.string(), z.unknown())

const compiled = (path: string) =>
  ajv.compile(anySchema.parse(JSON.parse(readFileSync(new URL(`../src/${path}`, import.meta.url), 'utf8'))))

/** Whether something is a line of `--format json`, by verdict.schema.json. */
export const isOutput = compiled('format/verdict.schema.json')

/** Whether something is a line of a recording of today's schema, by recording.schema.json. */
export const isRecorded = compiled('recording/recording.schema.json')
