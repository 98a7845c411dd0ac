// SPDX-License-Identifier: MIT
// A cause is one id in many places: its file and its rules, its row in the docs, its tests, its triggers, its
// recordings.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { causesPage } from '../../src/verdict/causesPage.ts'
import { CAUSES } from '../../src/verdict/causes.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const PAGE = join(ROOT, 'src/verdict/causes/README.md')
const IDS = Object.keys(CAUSES)

const names = (directory: string, ending = '') =>
  readdirSync(join(ROOT, directory))
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, name.length - ending.length))
const directories = (directory: string) =>
  readdirSync(join(ROOT, directory), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? entry.name : [],
  )
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

/** `linger2-abort` of `linger2-abort.late-ack`. */
const causeOf = (name: string) => name.split('.')[0] ?? ''

const FILES = names('src/verdict/causes', '.ts')
const TRIGGERS = names('test/lab/triggers', '.py')
const KERNELS = directories('fixtures')
const TESTS = names('test/verdict', '.test.ts').map((name) => read(`test/verdict/${name}.test.ts`))

/** The others have commit 5f9238530970, and of a segment for a handshake look at the RST before the ACK. */
const LATER = ['spurious-close-reset', 'spurious-close-reset.killed', 'ignored-listener.wrong-ack']

/** From 6.10 on a worker collects the files of UNIX sockets. */
const BY_WORKER = 'process-died.in-transit'

/** What cannot be on a kernel: Debian's 5.10 is built without MPTCP. */
const CANNOT: Record<string, readonly string[]> = {
  '5.10': ['mptcp', 'unread-data-on-close.mptcp', 'handshake-abandoned.wrong-ack', BY_WORKER],
  '6.1': [...LATER, BY_WORKER],
  '6.12': LATER,
  '7.2': LATER,
}

const canOn = (kernel: string) => (name: string) => CANNOT[kernel]?.includes(name.replace(/\.ipv6$/, '')) !== true

describe.each(IDS)('%s', (id) => {
  test('has a file in src/verdict/causes of its name', () => {
    expect(FILES).toContain(id)
    expect(read(`src/verdict/causes/${id}.ts`)).toContain(`\n  id: '${id}',\n`)
  })

  test('has tests in test/verdict whose titles begin with it', () => {
    expect(TESTS.filter((text) => new RegExp(`\\n(test|\\]\\))\\S*?\\('${id}[:, ]`).test(text))).not.toEqual([])
  })

  test('has triggers in test/lab/triggers, the plain one among them', () => {
    expect(TRIGGERS).toContain(id)
  })
})

test('no file, no trigger and no recording is without a cause', () => {
  const recordings = KERNELS.flatMap((kernel) => directories(`fixtures/${kernel}`))
  expect([...FILES, ...TRIGGERS, ...recordings].filter((name) => !IDS.includes(causeOf(name)))).toEqual([])
})

test.each(KERNELS)('every trigger was recorded on Linux %s, in both families', (kernel) => {
  const missing = TRIGGERS.filter(canOn(kernel))
    .flatMap((name) => [name, `${name}.ipv6`])
    .filter((name) => !existsSync(join(ROOT, `fixtures/${kernel}/${name}/recording.jsonl`)))
  expect(missing).toEqual([])
  expect(directories(`fixtures/${kernel}`).filter((name) => !canOn(kernel)(name))).toEqual([])
})

test('src/verdict/causes/README.md is current; vitest -u on this test writes it', async () => {
  await expect(causesPage()).toMatchFileSnapshot(PAGE)
})
