// SPDX-License-Identifier: MIT
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { entriesIn, natOf } from '../../src/host/conntrack.ts'
import { at, nat } from '../samples.ts'

let directory = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'trace-reset-conntrack-'))
  mkdirSync(join(directory, 'stat'))
})
afterAll(() => rmSync(directory, { recursive: true }))

test.each([
  // As Linux 6.12 printed it on two CPUs.
  ['entries  clashres found new\n00000002  00000000 00000000 00000000\n00000002  00000000 00000000 00000000\n', 2],
  ['entries\n0001869f\n', 99_999],
  ['entries\n', 0],
  ['', 0],
  ['no table', 0],
])('how many connections are followed: %j', (text, expected) => {
  writeFileSync(join(directory, 'stat/nf_conntrack'), text)
  expect(entriesIn(directory)).toBe(expected)
})

test('none where there is no conntrack', () => {
  expect(entriesIn(join(directory, 'stat'))).toBe(0)
})

test('an entry of a table is an Observation', () => {
  const { family, netns, ...original } = nat().tuple
  expect(natOf({ family, netns, original, reply: nat().reply }, at(5))).toEqual(nat({ fn: 'proc', at: at(5) }))
})
