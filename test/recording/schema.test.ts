// SPDX-License-Identifier: MIT
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { observation, SCHEMA } from '../../src/observation.ts'
import { jsonSchema } from '../jsonSchema.ts'

// That all recordings satisfy it, fixtures.test.ts and schemas.test.ts show: decode.ts reads no line that does not.
test('recording.schema.json is the schema of a line', async () => {
  const head = {
    $id: `urn:trace-reset:recording:${SCHEMA}`,
    title: `A line of a recording of trace-reset, schema ${SCHEMA}; the first line is the start`,
  }
  const path = fileURLToPath(new URL('../../src/recording/recording.schema.json', import.meta.url))
  await expect(jsonSchema(head, observation)).toMatchFileSnapshot(path)
})
