// SPDX-License-Identifier: MIT
import { copyFileSync, cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build as esbuild } from 'esbuild'
import { execa } from 'execa'
import type { Count } from '../count.ts'
import { runInRoot } from '../lab/vm/contained.ts'
import { ensureHostPackages } from '../lab/vm/hostPackages.ts'
import { ensureImage } from '../lab/vm/image.ts'
import { runTap } from '../lab/vm/tap.ts'
import { ROOT } from './bundle.ts'
import { buildDebs, DEB_PROGRAMS, DEBS } from './deb.ts'
import { buildImage, IMAGE, IMAGE_PROGRAMS } from './image.ts'

/** The Debians in which they are tried. */
export const RELEASES = ['bookworm', 'trixie'] as const

const NPM = 'build/npm'
const NEEDS = 'build/needs'

/** Builds what a part tries, and gives where it is. */
const builders = {
  [NPM]: () => installNpm(join(ROOT, NPM)),
  'build/deb': () => buildBoth(),
  'build/image': async () => {
    await ensureHostPackages(signal, { ...DEB_PROGRAMS, ...IMAGE_PROGRAMS })
    await buildImage(await buildDebs(join(ROOT, 'build/image-debs')), IMAGE)
    await bundleForGuest('criCli.ts', join(IMAGE, 'cri.mjs'))
  },
} as const

type Built = keyof typeof builders

/** What is tried, each in a machine of its own by the script of its name: what it brings, and what Debian packages it needs. */
const PARTS = {
  debs: { brings: [NPM, 'build/deb'], needs: ['nodejs', 'dkms', 'systemd'], memoryMib: 2048 },
  service: { brings: ['build/deb'], needs: ['nodejs', 'systemd'], memoryMib: 2048 },
  containers: {
    brings: ['build/image'],
    needs: ['podman', 'crun', 'netavark', 'containerd', 'runc', 'systemd', 'dbus'],
    // What podman holds is in memory: the disk has no room for it.
    memoryMib: 4096,
  },
} as const satisfies Record<string, { brings: readonly Built[]; needs: readonly string[]; memoryMib: number }>

export type Part = keyof typeof PARTS
export const PART_NAMES = ['debs', 'service', 'containers'] as const satisfies readonly Part[]

/** What was asked in a machine, and its answer. */
export type Row = { release: string; asked: string; answered: string }

const signal = new AbortController().signal

/** Builds all that these parts try, into build/. */
export const buildFor = async (parts: readonly Part[]): Promise<void> => {
  for (const built of new Set(parts.flatMap((part): readonly Built[] => PARTS[part].brings))) await builders[built]()
}

/** Tries one part in a machine of that release, and adds to `rows`. */
export const tryPart = async (release: string, part: Part, rows: Row[]): Promise<Count> => {
  const { brings, needs, memoryMib } = PARTS[part]
  await download(release, join(ROOT, NEEDS, part), needs)
  const bring = [...brings, join(NEEDS, part)]
  const command = ['bash', 'test/package/guest.sh', part]
  return runTap({ release, command, bring, memoryMib, timeoutSeconds: 5400 }, (line) => {
    const [, asked, answered = ''] = /^# row: (.*?) = (.*)$/.exec(line) ?? []
    if (asked !== undefined) rows.push({ release, asked, answered })
  })
}

// The machine has no network: apt-get of the release itself says which packages these are.
const download = async (release: string, directory: string, needs: readonly string[]) => {
  const { root } = await ensureImage(release, { signal, log: process.stderr })
  const aptGet = (...args: string[]) => runInRoot(root, ['apt-get', ...args], signal)
  await aptGet('update')
  await aptGet('clean')
  await aptGet('install', '--download-only', '--yes', '--no-install-recommends', ...needs)
  const archives = join(root, 'var/cache/apt/archives')
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true })
  for (const name of readdirSync(archives).filter((name) => name.endsWith('.deb')))
    copyFileSync(join(archives, name), join(directory, name))
}

// Both, today's and one that it upgrades; and a recording that it judges.
const buildBoth = async () => {
  await ensureHostPackages(signal, DEB_PROGRAMS)
  const older = await buildDebs(join(ROOT, 'build/older'), '0.1.9')
  await buildDebs(DEBS)
  rmSync(join(DEBS, 'source'), { recursive: true })
  mkdirSync(join(DEBS, 'older'))
  for (const path of older) cpSync(path, join(DEBS, 'older', basename(path)))
  cpSync(join(ROOT, 'fixtures/6.12/unread-data-on-close/recording.jsonl'), join(DEBS, 'recording.jsonl'))
}

// The machine has no TypeScript.
const bundleForGuest = (name: string, outfile: string) =>
  esbuild({
    entryPoints: [join(ROOT, 'test/package', name)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  })

// As npm install -g does it, to be brought along.
const installNpm = async (directory: string) => {
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true })
  await execa('npm', ['pack', '--pack-destination', directory], { cwd: ROOT, stdin: 'ignore' })
  const tarballs = readdirSync(directory).map((name) => join(directory, name))
  await execa('npm', ['install', '-g', '--prefix', directory, '--no-audit', '--no-fund', ...tarballs], {
    stdin: 'ignore',
  })
}
