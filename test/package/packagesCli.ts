// SPDX-License-Identifier: MIT
// npm run packages [RELEASE...]: builds the Debian packages and tries them in the lab's machines.
import { copyFileSync, cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
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

const tryOn = async (release: string) => {
  const needs = join(DEBS, 'needs')
  rmSync(needs, { recursive: true, force: true })
  await download(release, needs)
  const bring = readdirSync(DEBS)
    .filter((name) => name !== 'source')
    .map((name) => `build/deb/${name}`)
  return runTap({ release, command: ['bash', 'test/package/guest.sh'], bring, timeoutSeconds: 3600 })
}

const older = join(ROOT, 'build/older')
const olderDebs = await buildDebs(older, '0.1.9')
await buildDebs(DEBS)
mkdirSync(join(DEBS, 'older'))
for (const path of olderDebs) cpSync(path, join(DEBS, 'older', basename(path)))
cpSync(join(ROOT, 'fixtures/6.12/unread-data-on-close/recording.jsonl'), join(DEBS, 'recording.jsonl'))
const counts = []
const [, , ...asked] = process.argv
for (const release of asked.length > 0 ? asked : RELEASES) counts.push(await tryOn(release))
const { passed, failed, skipped } = sum(counts)
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
