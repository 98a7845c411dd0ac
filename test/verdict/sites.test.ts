// SPDX-License-Identifier: MIT
// The table of all ways to a RST, src/verdict/README.md: its triggers and its causes are those of the project.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { CAUSES, isCause } from '../../src/verdict/causes.ts'

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

/** What else stands in quotes beside a verdict: whose doing, and a field of the verdict. */
const BESIDE = [...Object.values(CAUSES).map(({ who }) => who), 'by']

test('every verdict of the table is a cause, or none', () => {
  const verdicts = ROWS.map(([site = '', , verdict = '']) => ({ site: site.trim(), verdict, ids: quoted(verdict) }))
  expect(verdicts.filter(({ ids }) => ids.some((id) => !isCause(id) && !BESIDE.includes(id)))).toEqual([])
  const silent = verdicts.filter(({ ids, verdict }) => !ids.some(isCause) && !verdict.trim().startsWith('none'))
  expect(silent).toEqual([])
})

test('a way that was provoked has a trigger of each cause that it names', () => {
  const lacking = ROWS.flatMap(([site = '', how = '', verdict, triggers]) => {
    const causes = quoted(triggers).map((name) => name.split('.')[0] ?? '')
    // A trigger is named for the verdict on the end that it judges; the end without RST is told of another's.
    const told = quoted(verdict).filter((id) => isCause(id))
    return how.trim() === 'provoked' && told.length > 0 && !causes.some((cause) => told.some((id) => id === cause))
      ? [site.trim()]
      : []
  })
  expect(lacking).toEqual([])
})

test('every cause is in the table', () => {
  const named = new Set(ROWS.flatMap(([, , verdict]) => quoted(verdict)).filter(isCause))
  const all = [...TRIGGERS].map((name) => name.split('.')[0] ?? '')
  expect([...new Set(all)].filter((cause) => isCause(cause) && !named.has(cause)).toSorted()).toEqual([])
})
