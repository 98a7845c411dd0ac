// SPDX-License-Identifier: MIT
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { hostRoot } from '../../src/host/root.ts'

const directory = mkdtempSync(join(tmpdir(), 'trace-reset-root-'))
afterAll(() => rmSync(directory, { recursive: true }))
const at = (name: string) => join(directory, name)
const [host, container, link] = [at('host'), at('container'), at('link')]
for (const path of [host, container]) mkdirSync(path)
symlinkSync(host, link)

test.each([
  ['in a container, that of process 1', link, container, link],
  ['on the host, the only one there is', link, host, ''],
  ['where it cannot be seen, our own', join(directory, 'none'), host, ''],
])('the root of the host: %s', (_, first, own, expected) => {
  expect(hostRoot(first, own)).toBe(expected)
})
