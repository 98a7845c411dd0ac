// SPDX-License-Identifier: MIT
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheDirectory, createWorkDirectory, hashOf, remove } from './cache.ts'
import { run, runInRoot } from './contained.ts'
import type { Step } from './progress.ts'

/** How kernels of our own differ from Debian's cloud kernel, a fragment of a configuration each, and the modules they have. */
const KERNELS = fileURLToPath(new URL('kernels/', import.meta.url))

/** What builds a kernel from Debian's source, beside what every image has. */
const BUILDERS = [
  ...['bc', 'bison', 'cpio', 'debhelper', 'dpkg-dev', 'dwarves', 'flex', 'libdw-dev', 'libelf-dev', 'libssl-dev'],
  ...['rsync'],
] as const

/** A kernel that the lab builds itself: Debian's source package, and which fragment. */
export type Built = { readonly source: string; readonly fragment: string }

/**
 * Gives the Debian packages of such a kernel and of its headers, built first if the cache has none of today's recipe: an hour
 * of one processor, once.
 * @param root of an image of the same suite, whose kernel's configuration is the beginning, and whose compiler builds it
 * @returns paths of the .deb files
 * @throws LabError (exit code 3) with the last lines of what failed
 */
export const ensureKernel = async (built: Built, root: string, step: Step, signal: AbortSignal): Promise<string[]> => {
  const hash = hashOf(JSON.stringify(built), [`kernels/${built.fragment}.config`, 'kernels/modules.txt', 'kernel.ts'])
  const directory = join(cacheDirectory(), `kernel-${built.fragment}-${hash}`)
  if (!existsSync(directory)) await step('kernel from its source (make)', () => build(built, root, directory, signal))
  return readdirSync(directory).map((name) => join(directory, name))
}

const build = async ({ source, fragment }: Built, root: string, target: string, signal: AbortSignal) => {
  const work = createWorkDirectory(`building-kernel-${fragment}`)
  try {
    const tree = join(work, 'root')
    await run(['cp', '--archive', '--reflink=auto', root, tree], signal)
    copyFileSync('/etc/resolv.conf', join(tree, 'etc/resolv.conf'))
    const inTree = (script: string, ...words: string[]) =>
      runInRoot(tree, ['bash', '-euo', 'pipefail', '-c', script, 'make', ...words], signal)
    for (const name of [`${fragment}.config`, 'modules.txt']) copyFileSync(join(KERNELS, name), join(tree, 'tmp', name))
    await inTree(INSTALL, source, ...BUILDERS)
    await inTree(CONFIGURE, source, fragment)
    await inTree(MAKE, source, String(availableParallelism()))
    const debs = join(work, 'debs')
    mkdirSync(debs)
    for (const name of readdirSync(join(tree, 'usr/src')).filter((file) =>
      /^linux-(?:image|headers)-.*\.deb$/.test(file),
    ))
      copyFileSync(join(tree, 'usr/src', name), join(debs, name))
    // Another process may have built the same meanwhile.
    if (!existsSync(target)) renameSync(debs, target)
  } finally {
    remove(work)
  }
}

const INSTALL = `
export DEBIAN_FRONTEND=noninteractive
apt-get --quiet update
apt-get --quiet --yes --no-install-recommends install "$@"
cd /usr/src
tar --extract --file="$1.tar.xz"`

// Of the configuration's modules those alone that the lab uses: the others would take most of the time.
const CONFIGURE = `
cd "/usr/src/$1"
cp /boot/config-* .config
sed '1i Module Size Used by
s/$/ 1 0/' /tmp/modules.txt >/tmp/lsmod
yes '' | make LSMOD=/tmp/lsmod localmodconfig || [ "\${PIPESTATUS[1]}" = 0 ]
scripts/kconfig/merge_config.sh -m .config "/tmp/$2.config"
make olddefconfig`

// dpkg does not know that what builds the kernel is there: build-essential is not.
const MAKE = `
cd "/usr/src/$1"
export KDEB_PKGVERSION=1 DEB_BUILD_PROFILES=pkg.linux-upstream.nokerneldbg
make -j "$2" DPKG_FLAGS=-d bindeb-pkg`
