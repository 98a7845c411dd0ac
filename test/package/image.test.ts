// SPDX-License-Identifier: MIT
// The DaemonSet, judged by the schemas of Kubernetes. What the image does when it runs is tried in the lab (npm run packages).
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, expect, test } from 'vitest'
import { traceReset } from '../command.ts'
import { goProgram } from '../goProgram.ts'
import { versionOf } from '../json.ts'
import { ROOT } from './bundle.ts'

const directory = mkdtempSync(join(tmpdir(), 'trace-reset-image-'))
afterAll(() => rmSync(directory, { recursive: true }))
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const MANIFEST = 'container/daemonset.yaml'

test.each([MANIFEST, 'container/README.md'])('the image in %s is that of this version', (path) => {
  const images = read(path).match(/localhost\/trace-reset:[\w.]+/g)
  expect(new Set(images)).toEqual(new Set([`localhost/trace-reset:${versionOf(read('package.json'))}`]))
})

test('the options of the DaemonSet are those of the command', async () => {
  const args = /^ +args: \[(.*)\]$/m.exec(read(MANIFEST))?.[1]?.split(', ') ?? []
  expect(args).toContain('--metrics')
  const words = args.map((word) => word.replaceAll("'", ''))
  // It looks at the machine only when all options were understood.
  const { stderr } = await traceReset([...words, '--bpftrace', '/nonexistent'])
  expect(stderr).toContain('cannot trace here: ')
})

const validate = goProgram('sigs.k8s.io/kubectl-validate', 'v0.0.4')
const missing = await validate.ensure()
if (missing !== undefined) process.stderr.write(`kubectl-validate: ${missing}\n`)

const judge = (path: string) => execa(validate.path, [path], { all: true, reject: false })

test.skipIf(missing !== undefined)('the DaemonSet is valid, and unknown fields would be seen', async () => {
  const file = join(directory, 'changed.yaml')
  writeFileSync(file, read(MANIFEST).replace('hostPID:', 'hostPids:'))
  expect((await judge(file)).all).toContain('unknown field')
  expect(await judge(join(ROOT, MANIFEST))).toMatchObject({ exitCode: 0 })
})
