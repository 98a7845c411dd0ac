// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { COLUMNS, EXPLANATION, OUTPUT_SCHEMA, STACK } from '../../src/format/columns.ts'
import { EHASH_FIELDS } from '../../src/format/ehash.ts'
import { NAT_FIELDS } from '../../src/format/nat.ts'
import { FORMATS } from '../../src/format/format.ts'
import { jsonOutput } from '../../src/format/schema.ts'
import { STEP_FIELDS } from '../../src/format/step.ts'
import { jsonSchema } from '../jsonSchema.ts'
import { call, lookup, returned, shown, start, verdict } from '../samples.ts'

const pathOf = (name: string) => fileURLToPath(new URL(`../../src/format/${name}`, import.meta.url))

test('verdict.schema.json is the schema of the output', async () => {
  const head = {
    $id: `urn:trace-reset:output:${OUTPUT_SCHEMA}`,
    title: `A line of trace-reset --format json, schema ${OUTPUT_SCHEMA}`,
  }
  const schema = jsonSchema(head, jsonOutput, true)
  await expect(schema).toMatchFileSnapshot(pathOf('verdict.schema.json'))
})

const NEAR = {
  reversed: 'established',
  other_netns: 4026532001,
  other_found: 'listener',
  listen_differs: 'address,device',
  listen_family: 4,
  listen_address: '127.0.0.1',
  listen_ifindex: 1,
}

test.each([
  ['asked', verdict({ after: lookup({ found: 'none', ...NEAR }), resetReason: 'NO_SOCKET', dropReason: 'NO_SOCKET' })],
  ['late', verdict({ after: null, late: lookup({ found: 'established', rcv_wnd: 5 }) })],
  ['without an answer', verdict({ after: lookup({ found: null, error: 'EIO' }) })],
  ['not asked', verdict({ after: null })],
  ['of no owner and no state', verdict({ owner: null, state: null })],
])('a verdict %s satisfies it, with all that options add', (_, given) => {
  for (const more of [false, true]) {
    const sink = FORMATS.json(shown({ stack: more, explain: more, steps: more }))
    const line: unknown = JSON.parse(sink.verdict(given, start()).toString())
    expect(jsonOutput.parse(line)).toEqual(line)
  }
})

test('a step satisfies it; what has another field does not', () => {
  const sink = FORMATS.json(shown({ steps: true }))
  const step = { call: call(), returned: { value: returned().value, took: 5 } }
  const line = z.looseObject({}).parse(JSON.parse(sink.step(step, start()).toString()))
  expect(jsonOutput.parse(line)).toEqual(line)
  expect(jsonOutput.safeParse({ ...line, other: 1 }).success).toBe(false)
})

test('README.md has a row for each field, with what it means', () => {
  const rows = [...readFileSync(pathOf('README.md'), 'utf8').matchAll(/^\| `(\w+)` +\| (.*?) +\|$/gm)].map(
    ([, name, means]) => [name, means],
  )
  const fields = [...COLUMNS, STACK, ...EXPLANATION].map(({ name, means }) => [name, means])
  const steps = STEP_FIELDS.map(({ name, means }) => [name, means])
  expect(rows).toEqual([...fields, ...Object.entries(NAT_FIELDS), ...Object.entries(EHASH_FIELDS), ...steps])
})
