// SPDX-License-Identifier: MIT
// The npm package as somebody gets it: packed in a tree where nothing is built, and installed in an empty directory.
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { versionOf } from '../json.ts'
import { OLDEST, oldestNode } from './olderNode.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const RECORDING = join(ROOT, 'fixtures/6.12/unread-data-on-close/recording.jsonl')
const Engines = z.object({ engines: z.object({ node: z.string() }) })
const NOT_IN_A_CLONE = new Set(['node_modules', 'dist', 'build', '.git', 'fixtures'])

const home = mkdtempSync(join(tmpdir(), 'trace-reset-npm-'))
const clone = join(home, 'clone')
const installed = join(home, 'installed')
const run = (...args: string[]) => execa(join(installed, 'bin/trace-reset'), args, { stdin: 'ignore' })
const npm = (cwd: string, ...args: string[]) => execa('npm', args, { cwd, stdin: 'ignore' })
const program = (text: string) =>
  execa(process.execPath, ['--input-type=module', '--eval', text], { cwd: installed, stdin: 'ignore' })

beforeAll(async () => {
  // With its times: by them test/prepare.mjs knows that what is installed is what is locked.
  cpSync(ROOT, clone, {
    recursive: true,
    preserveTimestamps: true,
    filter: (path) => !NOT_IN_A_CLONE.has(relative(ROOT, path)),
  })
  symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'))
  // What is installed is shared: a lock file that looks newer would have it installed again, and removed here first.
  utimesSync(join(clone, 'package-lock.json'), 0, 0)
  await npm(clone, 'pack', '--pack-destination', home)
  const tarball = join(home, `trace-reset-${versionOf(readFileSync(join(ROOT, 'package.json'), 'utf8'))}.tgz`)
  await npm(home, 'install', '--global', '--prefix', installed, '--no-audit', '--no-fund', '--prefer-offline', tarball)
  // Beside the command, for programs that import the package.
  cpSync(join(installed, 'lib/node_modules'), join(installed, 'node_modules'), { recursive: true })
}, 180_000)

afterAll(() => rmSync(home, { recursive: true }), 60_000)

describe('the command', () => {
  test('tells its version', async () => {
    expect((await run('--version')).stdout).toBe(versionOf(readFileSync(join(ROOT, 'package.json'), 'utf8')))
  })

  test('says which Node.js it needs to one that cannot parse it', async () => {
    const { exitCode, stderr } = await execa(await oldestNode(), [join(installed, 'bin/trace-reset'), '--version'], {
      reject: false,
    })
    const { engines } = Engines.parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')))
    expect(engines.node).toBe('>=20.19')
    expect({ exitCode, stderr }).toEqual({
      exitCode: 3,
      stderr: `trace-reset: this is Node.js ${OLDEST}, and the npm package needs 20.19 or later
hint: the Debian package runs with Node.js 18.19 and later`,
    })
  })

  test('judges a recording', async () => {
    expect((await run('replay', RECORDING, '--expect', 'unread-data-on-close')).exitCode).toBe(0)
  })

  test('explains a cause', async () => {
    expect((await run('causes', 'forged')).stdout).toContain('Who:')
  })

  test('writes a program of its own probes', async () => {
    const facts = join(ROOT, 'test/host/facts/6.12.json')
    expect((await run('program', '--facts', facts)).stdout).toContain('tcp_send_active_reset')
  })
})

const Bill = z.object({ bomFormat: z.literal('CycloneDX'), components: z.array(z.object({ purl: z.string() })) })

// npm takes a later version where a dependency of a dependency allows it.
const withoutVersion = (purl: string) => purl.replace(/@[^@/]+$/, '')

test('it says what is in it: each package that npm installs with it, in the versions that were tested', async () => {
  const bill = readFileSync(join(installed, 'lib/node_modules/trace-reset/dist/sbom.cdx.json'), 'utf8')
  const named = Bill.parse(JSON.parse(bill)).components.map(({ purl }) => decodeURIComponent(purl))
  const { stdout } = await npm(home, 'list', '--global', '--prefix', installed, '--all', '--parseable', '--long')
  const there = [...stdout.matchAll(/\/trace-reset\/node_modules\/[^:]*:([^:\n]+)/g)].map(
    ([, name]) => `pkg:npm/${name}`,
  )
  expect(there.length).toBeGreaterThan(8)
  expect(named.map(withoutVersion).toSorted()).toEqual(there.map(withoutVersion).toSorted())
})

describe('for programs', () => {
  test('replay gives the fields of --format json', async () => {
    const { stdout } = await program(
      `import { replay } from 'trace-reset'
       await replay(${JSON.stringify(RECORDING)}).forEach((verdict) => console.log(JSON.stringify(verdict)))`,
    )
    const printed = await run('replay', RECORDING, '-f', 'json')
    expect(stdout).toBe(printed.stdout)
  })

  test('judge takes the lines of a recording, from anywhere', async () => {
    const { stdout } = await program(
      `import { readFileSync } from 'node:fs'
       import { decode, judge } from 'trace-reset'
       const lines = readFileSync(${JSON.stringify(RECORDING)}, 'utf8').trimEnd().split('\\n')
       await judge(lines.map((line, index) => decode(line, index + 1))).forEach(({ cause }) => console.log(cause))`,
    )
    expect(stdout).toBe('unread-data-on-close')
  })

  test.each(['verdict', 'recording'])('the JSON Schema of a %s can be read', async (name) => {
    const { stdout } = await program(
      `import schema from 'trace-reset/${name}.schema.json' with { type: 'json' }
       console.log(schema.$schema)`,
    )
    expect(stdout).toMatch(/^https:\/\/json-schema\.org\//)
  })

  test('its types check, those of its dependencies too', async () => {
    writeFileSync(
      join(installed, 'use.mts'),
      `import { judge, replay, type CauseId, type VerdictRecord } from 'trace-reset'
       export const cause = async (file: string): Promise<CauseId | undefined> => {
         let last: VerdictRecord | undefined
         await replay(file, { warn: (message: string) => message }).forEach((verdict) => { last = verdict })
         await judge([]).forEach(() => undefined)
         // @ts-expect-error a verdict has no such field
         last?.nothing
         return last?.cause
       }`,
    )
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2023,dom']
    const { exitCode, stdout } = await execa(
      join(ROOT, 'node_modules/.bin/tsc'),
      [...options, '--types', '', 'use.mts'],
      { cwd: installed, reject: false },
    )
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' })
  })
})

test.each([
  ['publint', ['--strict']],
  ['attw', ['--pack', '--profile', 'esm-only']],
] as const)(
  '%s finds nothing',
  async (command, args) => {
    const { exitCode, all } = await execa(command, args, {
      cwd: clone,
      localDir: ROOT,
      preferLocal: true,
      reject: false,
      all: true,
      env: { npm_config_ignore_scripts: 'true' },
    })
    expect(`${exitCode} ${exitCode === 0 ? '' : all}`).toBe('0 ')
  },
  60_000,
)
