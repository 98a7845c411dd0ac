// SPDX-License-Identifier: MIT
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { run, runContained, runInRoot } from './contained.ts'
import { pickSettings, readMirror, renderSources } from './mirror.ts'
import type { Step } from './progress.ts'
import { KERNEL_PACKAGES, PACKAGES, type Release } from './releases.ts'

/** What is known of a built image without booting it; kept beside it as JSON. */
export const ImageFacts = z.object({ kernel: z.string(), bpftrace: z.string() }).readonly()
export type ImageFacts = z.infer<typeof ImageFacts>

/** Names of what is in an image's directory. The root stays beside its disk image, to build the module in. */
export const IMAGE_FILES = {
  disk: 'root.img',
  kernel: 'vmlinuz',
  initrd: 'initrd',
  facts: 'image.json',
  root: 'root',
} as const

const GUEST = fileURLToPath(new URL('guest/', import.meta.url))
const DEBOOTSTRAP_SCRIPTS = '/usr/share/debootstrap/scripts'

/** Room left on the root disk for what a job writes. The image file is sparse, so it costs nothing. */
const FREE_MIB = 1024

/**
 * Builds a release's image into an empty directory. Needs root, and the network. `debs` are the kernel's where it is one of our own.
 * @throws LabError (exit code 3) with the last lines of the command that failed
 */
export const buildImage = async (
  release: Release,
  directory: string,
  debs: readonly string[],
  step: Step,
  signal: AbortSignal,
): Promise<void> => {
  const root = join(directory, IMAGE_FILES.root)
  const inRoot = (command: readonly string[]) => runInRoot(root, command, signal, release.arch)

  await step('base system (debootstrap)', () => runContained(debootstrap(release, root), signal, release.arch))
  await step('kernel and packages (apt-get)', async () => {
    writeFileSync(join(root, 'etc/apt/sources.list'), renderSources(release, readMirror()))
    const settings = pickSettings(await run(['apt-config', 'dump'], signal))
    writeFileSync(join(root, 'etc/apt/apt.conf.d/90host'), settings)
    if (existsSync('/etc/resolv.conf')) copyFileSync('/etc/resolv.conf', join(root, 'etc/resolv.conf'))
    cpSync(GUEST, join(root, 'lab'), { recursive: true })
    const packages = [...PACKAGES, ...release.extraPackages]
    for (const deb of debs) copyFileSync(deb, join(root, 'lab', basename(deb)))
    const kernel =
      debs.length > 0 ? debs.map((deb) => `/lab/${basename(deb)}`) : (release.kernelPackages ?? KERNEL_PACKAGES)
    await inRoot(['sh', '/lab/install', release.kernelSuite ?? '', kernel.join(' '), ...packages])
  })
  await step('node and initramfs', async () => {
    if (release.arch === undefined) copyNode(join(root, 'usr/local/bin'))
    // Said here, where it can be explained, and not as a puzzle in the guest.
    await inRoot(['node', '--version'])
    const facts: ImageFacts = {
      kernel: await inRoot(['sh', '/lab/initrd', '/lab/initrd-init']),
      bpftrace: await inRoot(['bpftrace', '--version']),
    }
    writeFileSync(join(directory, IMAGE_FILES.facts), `${JSON.stringify(facts)}\n`)
    copyFileSync(join(root, 'boot/lab-vmlinuz'), join(directory, IMAGE_FILES.kernel))
    copyFileSync(join(root, 'boot/lab-initrd'), join(directory, IMAGE_FILES.initrd))
  })
  await step('disk image (mkfs.ext4)', async () => {
    const usedMib = Number.parseInt(await run(['du', '--summarize', '--block-size=1M', root], signal), 10)
    const size = `${Math.ceil(usedMib * 1.1) + FREE_MIB}M`
    // No journal and no checksums: the disk is thrown away after each run, and ext4 needs fewer modules so.
    const features = ['-O', '^has_journal,^metadata_csum', '-E', 'root_owner=0:0']
    await run(['mkfs.ext4', '-q', '-F', ...features, '-d', root, join(directory, IMAGE_FILES.disk), size], signal)
  })
}

const copyNode = (directory: string) => {
  mkdirSync(directory, { recursive: true })
  copyFileSync(process.execPath, join(directory, 'node'))
  chmodSync(join(directory, 'node'), 0o755)
}

const debootstrap = (release: Release, root: string): string[] => {
  const known = existsSync(`${DEBOOTSTRAP_SCRIPTS}/${release.suite}`)
  // An older debootstrap has no script for a newer suite; all scripts of current suites are the same one as sid's.
  const script = known ? [] : [`${DEBOOTSTRAP_SCRIPTS}/sid`]
  const arch = release.arch === undefined ? [] : [`--arch=${release.arch}`]
  const command = ['debootstrap', ...arch, '--variant=minbase', '--include=ca-certificates', release.suite, root]
  return [...command, readMirror().main, ...script]
}
