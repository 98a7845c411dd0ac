// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { PARQUET } from '../../src/commands/parquet.ts'
import { PACKAGES } from '../../src/otlp/packages.ts'
import { DUCKDB } from '../../src/query/packages.ts'

test('what the hints say to install is what package.json has, and optional', () => {
  const versions = z.record(z.string(), z.string())
  const { peerDependencies, peerDependenciesMeta, devDependencies } = z
    .object({
      peerDependencies: versions,
      peerDependenciesMeta: z.record(z.string(), z.unknown()),
      devDependencies: versions,
    })
    .parse(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')))
  const named = { ...PACKAGES, ...DUCKDB, ...PARQUET }
  expect(peerDependencies).toEqual(named)
  expect(devDependencies).toMatchObject(named)
  expect(peerDependenciesMeta).toEqual(Object.fromEntries(Object.keys(named).map((name) => [name, { optional: true }])))
})

test('the README of queries says the same', () => {
  const text = readFileSync(new URL('../../src/query/README.md', import.meta.url), 'utf8')
  for (const [name, version] of Object.entries({ ...DUCKDB, ...PARQUET }))
    expect(text).toContain(`npm install -g ${name}@${version}`)
})
