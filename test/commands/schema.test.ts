// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { OUTPUT_SCHEMA } from '../../src/format/columns.ts'
import { SCHEMA } from '../../src/observation.ts'
import { traceReset } from '../command.ts'

const Schema = z.looseObject({ $schema: z.string(), $id: z.string() })

test.each([
  [['schema'], 'format/verdict', `urn:trace-reset:output:${OUTPUT_SCHEMA}`],
  [['schema', 'verdict'], 'format/verdict', `urn:trace-reset:output:${OUTPUT_SCHEMA}`],
  [['schema', 'recording'], 'recording/recording', `urn:trace-reset:recording:${SCHEMA}`],
])('%j prints what the package publishes', async (args, name, $id) => {
  const { stdout, stderr, exitCode } = await traceReset(args)
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
  expect(stdout).toBe(readFileSync(new URL(`../../src/${name}.schema.json`, import.meta.url), 'utf8'))
  expect(Schema.parse(JSON.parse(stdout))).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id,
  })
})

test('there is no other', async () => {
  const { stderr, exitCode } = await traceReset(['schema', 'steps'])
  expect(exitCode).toBe(2)
  expect(stderr).toContain('verdict, recording')
})
