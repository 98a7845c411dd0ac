// SPDX-License-Identifier: MIT
// The table of all ways to a RST, src/verdict/README.md: its triggers and its causes are those of the project.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { isCause } from '../../src/verdict/causes.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const ROWS = readFileSync(`${ROOT}src/verdict/README.md`, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|') && !/^\| (call site|who|-)/.test(line))
  .map((line) => line.slice(1, -1).split('|'))
const TRIGGERS = new Set(readdirSync(`${ROOT}test/lab/triggers`).map((name) => name.replace(/\.py$/, '')))

const quoted = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)

test('each trigger of the table is there', () => {
  expect(ROWS.flatMap(([, , , triggers]) => quoted(triggers)).filter((name) => !TRIGGERS.has(name))).toEqual([])
})

test('a way that was provoked names its triggers, and one that was read has none', () => {
  const wrong = ROWS.filter(([, how = '', , triggers]) => (how.trim() === 'provoked') !== quoted(triggers).length > 0)
  expect(wrong.map(([site]) => site?.trim())).toEqual([])
})

test('every cause is in the table, and every verdict of it is a cause', () => {
  const named = new Set(ROWS.flatMap(([, , verdict]) => quoted(verdict)).filter(isCause))
  const all = [...TRIGGERS].map((name) => name.split('.')[0] ?? '')
  expect([...new Set(all)].filter((cause) => isCause(cause) && !named.has(cause)).toSorted()).toEqual([])
})
