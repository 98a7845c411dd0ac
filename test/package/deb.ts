// SPDX-License-Identifier: MIT
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { bundle, ENTRY, ROOT } from './bundle.ts'

/** Where `npm run deb` puts the packages. */
export const DEBS = join(ROOT, 'build/deb')

/** What builds them on this machine, and the Debian packages of each. */
export const DEB_PROGRAMS = {
  'dpkg-buildpackage': 'dpkg-dev',
  dh: 'debhelper',
  dh_dkms: 'dh-dkms',
  lintian: 'lintian',
} as const

/** What of the npm package the Debian package has elsewhere, or in the other package. */
const ELSEWHERE = ['LICENSE', 'README.md', 'kmod/COPYING']

/**
 * Builds trace-reset and trace-reset-dkms into a directory, and gives the paths of the .deb files. They are of `version`, by
 * default the one of debian/changelog. Rejects with the words of the program that failed.
 */
export const buildDebs = async (directory: string, version?: string): Promise<string[]> => {
  const source = join(directory, 'source')
  rmSync(directory, { recursive: true, force: true })
  for (const name of ['man', 'completion']) mkdirSync(join(source, name), { recursive: true })
  for (const name of ['debian', 'kmod']) cpSync(join(ROOT, name), join(source, name), { recursive: true })
  await bundle(join(source, 'bundle'))
  await writePages(source)
  for (const name of ELSEWHERE) rmSync(join(source, 'bundle', name), { force: true })
  // Debian's node, whatever other one stands first on the PATH of root.
  edit(join(source, 'bundle', ENTRY), /^#!.*/, '#!/usr/bin/node')
  if (version !== undefined) {
    edit(join(source, 'debian/changelog'), /^trace-reset \(.*?\)/, `trace-reset (${version})`)
    edit(join(source, 'kmod/dkms.conf'), /^PACKAGE_VERSION=.*$/m, `PACKAGE_VERSION="${version}"`)
  }
  // -d: a compiler, which every build of Debian's is to have, has nothing to do here.
  await execa('dpkg-buildpackage', ['-b', '-d', '-us', '-uc', '--no-sign'], { cwd: source, stdin: 'ignore' })
  return readdirSync(directory)
    .filter((name) => name.endsWith('.deb'))
    .map((name) => join(directory, name))
}

// The bundle prints its own pages and completions.
const writePages = async (source: string) => {
  const pages = [
    ['man/trace-reset.8', ['manual', '8']],
    ['man/trace-reset-causes.7', ['manual', '7']],
    ['completion/trace-reset', ['completion', 'bash']],
    ['completion/_trace-reset', ['completion', 'zsh']],
    ['completion/trace-reset.fish', ['completion', 'fish']],
  ] as const
  for (const [file, args] of pages) {
    const { stdout } = await execa(process.execPath, [join(source, 'bundle', ENTRY), ...args], { stdin: 'ignore' })
    writeFileSync(join(source, file), `${stdout}\n`)
  }
}

const edit = (file: string, what: RegExp, by: string) =>
  writeFileSync(file, readFileSync(file, 'utf8').replace(what, by))
