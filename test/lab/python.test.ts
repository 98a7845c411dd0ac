// SPDX-License-Identifier: MIT
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { beforeAll, expect, test } from 'vitest'
import { ensureHostPackages } from './vm/hostPackages.ts'

beforeAll(() => ensureHostPackages(undefined, { python3: 'python3' }))

test.each(['gauntlet/judge_test.py', 'probes/burst_test.py'])('%s, in Python', async (name) => {
  const script = fileURLToPath(new URL(name, import.meta.url))
  const { exitCode, stderr } = await execa('python3', ['-B', script], { reject: false })
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
})
