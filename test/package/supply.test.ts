// SPDX-License-Identifier: MIT
// What others wrote and we ship or run: pinned, named with its reason, of a licence that we may ship, without known holes.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { z } from 'zod'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const read = (name: string) => readFileSync(`${ROOT}${name}`, 'utf8')

const versions = z.record(z.string(), z.string())
const Package = z.object({
  dependencies: versions,
  peerDependencies: versions,
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.literal(true) })),
  devDependencies: versions,
  allowScripts: z.record(z.string(), z.boolean()),
})
const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({
      license: z.string().optional(),
      integrity: z.string().optional(),
      dev: z.boolean().optional(),
      hasInstallScript: z.boolean().optional(),
    }),
  ),
})

const declared = Package.parse(JSON.parse(read('package.json')))
const direct = { ...declared.dependencies, ...declared.peerDependencies, ...declared.devDependencies }
const { '': _, ...locked } = Lock.parse(JSON.parse(read('package-lock.json'))).packages

/** Licences of what is in our packages, and of what a test or a script runs beside. */
const SHIPPED = ['0BSD', 'Apache-2.0', 'BSD-3-Clause', 'ISC', 'MIT']
const RUN = [...SHIPPED, 'BlueOak-1.0.0', 'MPL-2.0']

test('one version each, and of what is optional the one that is tried', () => {
  expect(Object.values(direct).filter((version) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([])
  expect(declared.devDependencies).toMatchObject(declared.peerDependencies)
  expect(Object.keys(declared.peerDependenciesMeta)).toEqual(Object.keys(declared.peerDependencies))
})

test('each has its reason in CONTRIBUTING.md, and no row is of one that has gone', () => {
  const section = /## Dependencies\n([\s\S]*?)\n## /.exec(read('CONTRIBUTING.md'))?.[1] ?? ''
  const named = [...section.matchAll(/^\| ([^|]+?) +\|/gm)].flatMap(([, names = '']) => names.split(', '))
  expect(named.filter((name) => name !== 'package' && !/^-+$/.test(name)).toSorted()).toEqual(
    Object.keys(direct).toSorted(),
  )
})

test('what is locked has its hash and a licence that we may ship or run; no script runs when it is installed', () => {
  const wrong = Object.entries(locked).filter(
    ([, { license = '', integrity, dev = false }]) =>
      integrity === undefined || !(dev ? RUN : SHIPPED).includes(license),
  )
  expect(wrong).toEqual([])
  const scripts = Object.entries(locked).flatMap(([path, { hasInstallScript, dev }]) =>
    hasInstallScript === true && dev !== true ? path : [],
  )
  expect(scripts).toEqual([])
  expect(Object.keys(declared.allowScripts)).toEqual(['esbuild'])
})

const Audit = z.object({ vulnerabilities: z.record(z.string(), z.unknown()) })

test('no known hole in what is shipped', async (context) => {
  const { stdout } = await execa('npm', ['audit', '--omit=dev', '--json'], {
    cwd: ROOT,
    reject: false,
    stdin: 'ignore',
  })
  const audit = Audit.safeParse(JSON.parse(stdout))
  context.skip(!audit.success, 'the registry does not answer npm audit')
  expect(audit.data?.vulnerabilities).toEqual({})
}, 60_000)
