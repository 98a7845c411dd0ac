// SPDX-License-Identifier: MIT
// Recordings as older versions wrote them, which the fixtures are no more: schemas/N.jsonl is one of schema N, from a kernel
// of the lab, and schemas/N.live.jsonl what its trace printed. No recording of schema 2 was kept: decode.test.ts has its lines.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { describeFilter } from '../../src/filter/describe.ts'
import { filterOf } from '../../src/filter/recorded.ts'
import { decode } from '../../src/recording/decode.ts'
import { replayHere } from '../command.ts'

const pathOf = (name: string) => fileURLToPath(new URL(`schemas/${name}`, import.meta.url))
const linesOf = (text: string) => text.split('\n').slice(0, -1)

const Head = z.looseObject({ kind: z.literal('start'), schema: z.int(), filter: z.string() })
const Verdict = z.object({
  time: z.string(),
  outcome: z.string(),
  cause: z.string(),
  who: z.string(),
  confidence: z.string(),
  saddr: z.string(),
  sport: z.int(),
  daddr: z.string(),
  dport: z.int(),
})
const verdictsOf = (text: string) => linesOf(text).map((line) => Verdict.parse(JSON.parse(line)))

test.each([1, 3, 4])('a recording of schema %d is judged as it was', async (schema) => {
  const lines = linesOf(readFileSync(pathOf(`${schema}.jsonl`), 'utf8'))
  const { schema: written, filter } = Head.parse(JSON.parse(lines[0] ?? ''))
  expect(written).toBe(schema)
  const head = decode(lines[0] ?? '', 1)
  if (head.kind !== 'start' || typeof head.filter === 'string') throw new Error('its filter is no data')
  expect(describeFilter(filterOf(head.filter))).toBe(filter)
  const { stdout, exitCode } = await replayHere([pathOf(`${schema}.jsonl`), '--format', 'json'])
  expect(exitCode).toBe(0)
  expect(verdictsOf(stdout)).toEqual(verdictsOf(readFileSync(pathOf(`${schema}.live.jsonl`), 'utf8')))
})
