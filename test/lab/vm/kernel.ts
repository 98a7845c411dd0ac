// SPDX-License-Identifier: MIT
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheDirectory, createWorkDirectory, hashOf, remove } from './cache.ts'
import { run, runInRoot } from './contained.ts'
import type { Step } from './progress.ts'
import type { Built } from './releases.ts'

/** Fragments of configurations: `small` is what boots in the lab, the others are what each kernel has beyond it. */
const KERNELS = fileURLToPath(new URL('kernels/', import.meta.url))

const SMALL = 'small'

/** What builds a kernel from Debian's source, beside what every image has. */
const BUILDERS = 'bc bison cpio debhelper dpkg-dev dwarves flex libdw-dev libelf-dev libssl-dev rsync'.split(' ')

/**
 * Gives the Debian packages of such a kernel and of its headers, built first if the cache has none of today's recipe: half an
 * hour, once.
 * @param root of an image of the same suite, whose compiler builds it
 * @returns paths of the .deb files
 * @throws LabError (exit code 3) with the last lines of what failed
 */
export const ensureKernel = async (built: Built, root: string, step: Step, signal: AbortSignal): Promise<string[]> => {
  const files = [SMALL, built.fragment].map((name) => `kernels/${name}.config`)
  const hash = hashOf(JSON.stringify(built), [...files, 'kernel.ts'])
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
    for (const name of [SMALL, fragment])
      copyFileSync(join(KERNELS, `${name}.config`), join(tree, 'tmp', `${name}.config`))
    await inTree(INSTALL, source, ...BUILDERS)
    await inTree(CONFIGURE, source, SMALL, fragment)
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

// What the kernel's own rules do not let be is left out without a word, so it is asked for afterwards.
const CONFIGURE = `
cd "/usr/src/$1"
scripts/kconfig/merge_config.sh -m "/tmp/$2.config" "/tmp/$3.config"
mv .config /tmp/wanted.config
make tinyconfig
scripts/kconfig/merge_config.sh -m .config /tmp/wanted.config
make olddefconfig
! grep '=y$' /tmp/wanted.config | grep --invert-match --line-regexp --fixed-strings --file=.config`

// dpkg does not know that what builds the kernel is there: build-essential is not.
const MAKE = `
cd "/usr/src/$1"
export KDEB_PKGVERSION=1 DEB_BUILD_PROFILES=pkg.linux-upstream.nokerneldbg
make -j "$2" DPKG_FLAGS=-d bindeb-pkg`
