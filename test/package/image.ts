// SPDX-License-Identifier: MIT
import { copyFileSync, mkdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { execa } from 'execa'
import { pickSettings, readMirror } from '../lab/vm/mirror.ts'
import { ROOT } from './bundle.ts'

/** Where `npm run image` puts the image, and its name there. */
export const IMAGE = join(ROOT, 'build/image')
export const IMAGE_ARCHIVE = 'trace-reset.tar'

/** What builds it on this machine. */
export const IMAGE_PROGRAMS = { mmdebstrap: 'mmdebstrap', buildah: 'buildah' } as const

/** The Debian whose bpftrace is in it, on whatever host it runs. */
const SUITE = 'trixie'

/** What trace-reset and its package ask for, but for what every Debian has. */
const PACKAGES = ['bpftrace', 'iproute2', 'nodejs']

const NOT_READ = ['doc', 'info', 'locale', 'man'].map((name) => `path-exclude=/usr/share/${name}/*`)

/**
 * Builds the image from Debian's packages and trace-reset's own of `debs`; gives its name and the path of its archive, as docker save
 * writes it. Nothing is pulled from a registry. Needs root; rejects with the words of the program that failed.
 */
export const buildImage = async (
  debs: readonly string[],
  directory: string,
): Promise<{ name: string; archive: string }> => {
  const deb = debs.find((path) => basename(path).startsWith('trace-reset_'))
  const version = /_(.*)_all\.deb$/.exec(deb ?? '')?.[1]
  if (deb === undefined || version === undefined)
    throw new Error(`no trace-reset_VERSION_all.deb in ${debs.join(', ')}`)
  rmSync(directory, { recursive: true, force: true })
  const context = join(directory, 'context')
  mkdirSync(context, { recursive: true })
  await makeRoot(deb, join(context, 'root.tar'))
  for (const name of ['Containerfile', 'trace-reset']) copyFileSync(join(ROOT, 'container', name), join(context, name))
  const archive = join(directory, IMAGE_ARCHIVE)
  const name = `localhost/trace-reset:${version}`
  // Its own storage, so that nothing of it is left on this machine; vfs mounts nothing.
  const storage = ['--storage-driver', 'vfs', '--root', join(directory, 'storage'), '--runroot', join(directory, 'run')]
  const buildah = (...args: string[]) => execa('buildah', [...storage, ...args], { stdin: 'ignore', cwd: context })
  try {
    await buildah('build', '--isolation', 'chroot', '--format', 'docker', '--tag', name, '.')
    await buildah('push', '--quiet', name, `docker-archive:${archive}:${name}`)
  } finally {
    for (const part of ['context', 'storage', 'run']) rmSync(join(directory, part), { recursive: true, force: true })
  }
  return { name, archive }
}

const makeRoot = async (deb: string, tar: string) => {
  const settings = pickSettings((await execa('apt-config', ['dump'])).stdout).split('\n')
  const inRoot = `/tmp/${basename(deb)}`
  await execa(
    'mmdebstrap',
    [
      ['--mode=root', '--variant=essential', '--format=tar', '--quiet'],
      settings.filter((line) => line !== '').map((line) => `--aptopt=${line}`),
      NOT_READ.map((line) => `--dpkgopt=${line}`),
      `--include=${PACKAGES.join(',')}`,
      `--customize-hook=copy-in ${deb} /tmp`,
      `--customize-hook=chroot "$1" dpkg -i ${inRoot}`,
      `--customize-hook=rm "$1"${inRoot}`,
      [SUITE, tar, readMirror().main],
    ].flat(),
    { stdin: 'ignore' },
  )
}
