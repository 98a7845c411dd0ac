// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { KERNEL_PACKAGES, PACKAGES, type Release } from './releases.ts'

/** What decides over an image's contents, beside the release's row and the package lists. */
const RECIPE_FILES = ['build.ts', 'contained.ts', 'mirror.ts', 'guest/install', 'guest/initrd', 'guest/initrd-init']

/** The directory all images are kept in, outside the repository. */
export const cacheDirectory = (): string =>
  join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'trace-reset', 'lab')

/** The directory of the image that today's recipe gives for a release, whether built or not. */
export const imageDirectory = (release: Release): string =>
  join(cacheDirectory(), `${release.name}-${recipeHash(release)}`)

/**
 * Makes a directory for one piece of work. Its name carries this process's id, so that the remains of a process that
 * was killed can be told from the work of one that is still at it, and are removed here.
 */
export const createWorkDirectory = (purpose: string): string => {
  mkdirSync(cacheDirectory(), { recursive: true })
  for (const name of readdirSync(cacheDirectory())) {
    const pid = /^(?:building|running)-.*-(\d+)-\w{6}$/.exec(name)?.[1]
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) remove(join(cacheDirectory(), name))
  }
  return mkdtempSync(join(cacheDirectory(), `${purpose}-${process.pid}-`))
}

/** Moves a finished build to its place and removes the images of the release's older recipes. */
export const publish = (release: Release, buildDirectory: string): void => {
  const target = imageDirectory(release)
  // Another process may have finished the same recipe meanwhile: its image is as good.
  if (existsSync(target)) remove(buildDirectory)
  else renameSync(buildDirectory, target)
  for (const name of readdirSync(cacheDirectory())) {
    const path = join(cacheDirectory(), name)
    if (name.startsWith(`${release.name}-`) && path !== target) remove(path)
  }
}

/** Removes a directory of the cache with everything in it. */
export const remove = (path: string): void => rmSync(path, { recursive: true, force: true })

const recipeHash = (release: Release): string =>
  hashOf(JSON.stringify([release, PACKAGES, KERNEL_PACKAGES, process.version]), RECIPE_FILES)

/** The name of what is made by this text and by these files of this directory. */
export const hashOf = (text: string, files: readonly string[]): string => {
  const hash = createHash('sha256').update(text)
  for (const file of files) hash.update(readFileSync(new URL(file, import.meta.url)))
  return hash.digest('hex').slice(0, 12)
}
