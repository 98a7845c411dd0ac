// SPDX-License-Identifier: MIT
// npm run packages [RELEASE...]: builds the npm and the Debian packages, tries them in the lab's machines,
// and prints what was asked and answered.
import { copyFileSync, cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { execa } from 'execa'
import { sum } from '../count.ts'
import { runInRoot } from '../lab/vm/contained.ts'
import { ensureImage } from '../lab/vm/image.ts'
import { runTap } from '../lab/vm/tap.ts'
import { ROOT } from './bundle.ts'
import { buildDebs, DEBS } from './deb.ts'

const RELEASES = ['bookworm', 'trixie']

/** What the packages depend on and the lab's machines have not, beside bpftrace and the kernel's headers. */
const NEEDS = ['nodejs', 'dkms', 'systemd']

const signal = new AbortController().signal

// apt-get of the release itself says which packages these are.
const download = async (release: string, directory: string) => {
  const { root } = await ensureImage(release, { signal, log: process.stderr })
  await runInRoot(root, ['apt-get', 'update'], signal)
  await runInRoot(root, ['apt-get', 'clean'], signal)
  await runInRoot(root, ['apt-get', 'install', '--download-only', '--yes', '--no-install-recommends', ...NEEDS], signal)
  const archives = join(root, 'var/cache/apt/archives')
  mkdirSync(directory, { recursive: true })
  for (const name of readdirSync(archives).filter((name) => name.endsWith('.deb')))
    copyFileSync(join(archives, name), join(directory, name))
}

/** Where the npm package is installed, as `npm install -g` does it, to be brought along. */
const NPM = 'build/npm'

const installNpm = async () => {
  const directory = join(ROOT, NPM)
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true })
  await execa('npm', ['pack', '--pack-destination', directory], { cwd: ROOT, stdin: 'ignore' })
  const tarballs = readdirSync(directory).map((name) => join(directory, name))
  await execa('npm', ['install', '-g', '--prefix', directory, '--no-audit', '--no-fund', ...tarballs], {
    stdin: 'ignore',
  })
}

/** What was asked in a machine, and its answer. */
type Row = { release: string; asked: string; answered: string }

const tryOn = async (release: string, rows: Row[]) => {
  const needs = join(DEBS, 'needs')
  rmSync(needs, { recursive: true, force: true })
  await download(release, needs)
  const bring = readdirSync(DEBS)
    .filter((name) => name !== 'source')
    .map((name) => `build/deb/${name}`)
  const run = { release, command: ['bash', 'test/package/guest.sh'], bring: [...bring, NPM], timeoutSeconds: 3600 }
  return runTap(run, (line) => {
    const [, asked, answered = ''] = /^# row: (.*?) = (.*)$/.exec(line) ?? []
    if (asked !== undefined) rows.push({ release, asked, answered })
  })
}

const table = (rows: readonly Row[]) => {
  const [first, second] = (['release', 'asked'] as const).map((name) =>
    Math.max(...rows.map((row) => row[name].length)),
  )
  return rows
    .map(({ release, asked, answered }) => `${release.padEnd(first ?? 0)}  ${asked.padEnd(second ?? 0)}  ${answered}\n`)
    .join('')
}

const older = join(ROOT, 'build/older')
const olderDebs = await buildDebs(older, '0.1.9')
await buildDebs(DEBS)
await installNpm()
mkdirSync(join(DEBS, 'older'))
for (const path of olderDebs) cpSync(path, join(DEBS, 'older', basename(path)))
cpSync(join(ROOT, 'fixtures/6.12/unread-data-on-close/recording.jsonl'), join(DEBS, 'recording.jsonl'))
const counts = []
const rows: Row[] = []
const [, , ...asked] = process.argv
for (const release of asked.length > 0 ? asked : RELEASES) counts.push(await tryOn(release, rows))
const { passed, failed, skipped } = sum(counts)
process.stdout.write(`\n${table(rows)}\n${passed} passed, ${failed} failed, ${skipped} skipped\n`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
