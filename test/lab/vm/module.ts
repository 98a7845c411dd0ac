// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { remove } from './cache.ts'
import { runInRoot } from './contained.ts'
import { LabError } from './errors.ts'
import type { Image } from './image.ts'
import type { Step } from './progress.ts'

const KMOD = fileURLToPath(new URL('../../../kmod/', import.meta.url))
const MODULE = 'tcphash.ko'

/**
 * Gives the kernel module as built for a release, from today's kmod/. It is built on the host, in the release's root
 * and with its compiler: under emulation the same takes more than a minute.
 * @returns the path of the .ko, which stays valid until kmod/ changes
 * @throws LabError (exit code 3) with the compiler's last words
 */
export const ensureModule = async (image: Image, step: Step, signal: AbortSignal): Promise<string> => {
  const path = join(image.modules, sourceHash(), MODULE)
  if (existsSync(path)) return path
  if (process.getuid?.() !== 0) {
    throw new LabError('building the module needs root', { exitCode: 3, hint: 'run the lab once as root' })
  }
  await step('module (make)', () => build(image, path, signal))
  return path
}

const build = async (image: Image, path: string, signal: AbortSignal): Promise<void> => {
  const work = mkdtempSync(join(image.root, 'tmp/kmod-'))
  try {
    for (const name of sources()) cpSync(join(KMOD, name), join(work, name))
    const directory = `/tmp/${basename(work)}`
    const make = ['make', '-j', '2', '-C', directory, `KDIR=/lib/modules/${image.kernel}/build`]
    await runInRoot(image.root, make, signal, image.release.arch)
    mkdirSync(image.modules, { recursive: true })
    const finished = mkdtempSync(join(image.modules, 'building-'))
    cpSync(join(work, MODULE), join(finished, MODULE))
    publish(finished, join(path, '..'))
  } finally {
    remove(work)
  }
}

const publish = (finished: string, target: string): void => {
  try {
    renameSync(finished, target)
  } catch (error) {
    // Somebody else built the same sources meanwhile.
    remove(finished)
    if (!existsSync(join(target, MODULE))) throw error
  }
}

const sources = (): string[] => readdirSync(KMOD).filter((name) => /\.[ch]$|^Kbuild$|^Makefile$/.test(name))

const sourceHash = (): string => {
  const hash = createHash('sha256')
  for (const name of sources()) hash.update(`${name}\0`).update(readFileSync(join(KMOD, name)))
  return hash.digest('hex').slice(0, 12)
}
