// SPDX-License-Identifier: MIT
// The Debian packages: built, and judged by lintian. What they do when installed is tried in the lab (npm run packages).
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { traceReset } from '../command.ts'
import { versionOf } from '../json.ts'
import { bundle, ROOT } from './bundle.ts'
import { buildDebs } from './deb.ts'

const directory = mkdtempSync(join(tmpdir(), 'trace-reset-deb-'))
afterAll(() => rmSync(directory, { recursive: true }), 60_000)
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

const PROGRAMS = ['dpkg-buildpackage', 'dh', 'dh_dkms', 'lintian']
const found = await Promise.all(PROGRAMS.map((name) => execa('which', [name], { reject: false })))
const missing = PROGRAMS.filter((_, index) => found[index]?.failed !== false)
if (missing.length > 0) process.stderr.write(`no ${missing.join(', ')}: npm run deb, as root, installs them\n`)

test('its newest version is that of the package', () => {
  expect(/^trace-reset \((.*?)\)/.exec(read('debian/changelog'))?.[1]).toBe(versionOf(read('package.json')))
})

const SERVICE = join(ROOT, 'debian/trace-reset.service')

test('each option of the service is one of the command', async () => {
  const options = /^OPTIONS="(.*)"$/m.exec(read('debian/trace-reset.default'))?.[1]?.split(' ') ?? []
  expect(options).toContain('--record-size')
  const here = options.map((word) => word.replace('/var/lib/trace-reset', directory))
  // It looks at the machine only when all options were understood.
  const { stderr } = await traceReset([...here, '--bpftrace', '/nonexistent'])
  expect(stderr).toContain('cannot trace here: ')
})

const canAnalyze = (await execa('systemd-analyze', ['security', '--help'], { reject: false })).exitCode === 0
test.skipIf(!canAnalyze)('the exposure of the service is OK at most, by systemd-analyze', async () => {
  const args = ['security', '--no-pager', '--offline=true', '--threshold=50', SERVICE]
  const { stdout, exitCode } = await execa('systemd-analyze', args, { reject: false })
  expect({ exitCode, level: /exposure level for .*: [\d.]+ (\w+)/.exec(stdout)?.[1] }).toEqual({
    exitCode: 0,
    level: 'OK',
  })
})

test('debian/copyright has every package of the bundle, and no other', async () => {
  const packages = await bundle(join(directory, 'bundle'))
  const named = [...read('debian/copyright').matchAll(/^Files: node_modules\/(.*)\/\*$/gm)].map(([, name]) => name)
  expect(named).toEqual(packages)
}, 60_000)

describe.skipIf(missing.length > 0)('the packages', () => {
  let debs: string[] = []
  beforeAll(async () => {
    debs = await buildDebs(join(directory, 'debs'))
  }, 180_000)

  const contents = async (name: string) => {
    const deb = debs.find((path) => path.includes(`/${name}_`)) ?? ''
    const { stdout } = await execa('dpkg-deb', ['--contents', deb])
    return stdout.split('\n').map((line) => line.split(/\s+/).slice(5).join(' '))
  }

  test('lintian finds nothing', async () => {
    const { all, exitCode } = await execa('lintian', ['--allow-root', '--fail-on', 'error,warning', ...debs], {
      all: true,
      reject: false,
    })
    expect(`${all}${exitCode}`).toBe('0')
  }, 60_000)

  test('trace-reset has the command, pages, completions and the schemas', async () => {
    const files = await contents('trace-reset')
    for (const path of [
      './usr/sbin/trace-reset -> ../lib/trace-reset/trace-reset.mjs',
      './usr/share/man/man8/trace-reset.8.gz',
      './usr/share/man/man7/trace-reset-causes.7.gz',
      './usr/share/bash-completion/completions/trace-reset',
      './usr/share/zsh/vendor-completions/_trace-reset',
      './usr/share/fish/vendor_completions.d/trace-reset.fish',
      './usr/lib/trace-reset/src/format/verdict.schema.json',
      './usr/lib/trace-reset/probes/frame.bt',
      './usr/lib/trace-reset/kmod/Kbuild',
      './etc/default/trace-reset',
    ])
      expect(files).toContain(path)
    // Debian 12 has it in /lib.
    expect(files.map((path) => path.replace('./usr/lib/', './lib/'))).toContain(
      './lib/systemd/system/trace-reset.service',
    )
  })

  test('trace-reset-dkms has the sources of the module', async () => {
    const files = await contents('trace-reset-dkms')
    for (const name of ['dkms.conf', 'Kbuild', 'Makefile', 'main.c'])
      expect(files).toContain(`./usr/src/tcphash-${versionOf(read('package.json'))}/${name}`)
  })
})
