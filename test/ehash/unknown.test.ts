// SPDX-License-Identifier: MIT
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openModule } from '../../src/ehash/module.ts'
import { openSs } from '../../src/ehash/ss.ts'
import { TUPLE } from '../samples.ts'

const unknown = { ...TUPLE, netns: 0 }
const error = 'the network namespace is not known'

test('the module is not asked in a network namespace that is not known: 0 would be its own', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'device-'))
  const device = join(directory, 'tcphash')
  writeFileSync(device, '')
  const ehash = openModule(device)
  try {
    expect(await ehash.ask(unknown, { near: true })).toEqual({ answer: { found: null, error } })
    expect(readFileSync(device, 'utf8')).toBe('')
    await ehash.ask(TUPLE, { near: true })
    expect(readFileSync(device, 'utf8')).toContain(`netns=${TUPLE.netns}`)
  } finally {
    ehash.close()
    rmSync(directory, { recursive: true })
  }
})

test('nor is ss', async () => {
  expect(await openSs().ask(unknown, { near: false })).toEqual({ answer: { found: null, error } })
})
