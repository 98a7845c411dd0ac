// SPDX-License-Identifier: MIT
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { buildImage, IMAGE_FILES, ImageFacts } from './build.ts'
import { createWorkDirectory, imageDirectory, publish, remove } from './cache.ts'
import { LabError } from './errors.ts'
import { ensureKernel } from './kernel.ts'
import { ensureHostPackages, labPrograms } from './hostPackages.ts'
import { type Step, tellSteps } from './progress.ts'
import { findRelease, type Release } from './releases.ts'

/** A bootable image in the cache. Paths are absolute. */
export type Image = ImageFacts & {
  readonly release: Release
  readonly disk: string
  readonly vmlinuz: string
  readonly initrd: string
  /** The root as a directory, to build the module in. */
  readonly root: string
  /** Holds the modules built for this image. */
  readonly modules: string
}

/**
 * Gives the image of a release, built first if the cache has none of today's recipe; `log` is told of progress.
 * @throws LabError exit code 2 for an unknown release, 3 when it cannot be built here
 */
export const ensureImage = async (
  name: string,
  { signal = new AbortController().signal, log = process.stderr }: { signal?: AbortSignal; log?: Writable } = {},
): Promise<Image> => {
  const release = findRelease(name)
  await ensureHostPackages(signal, labPrograms(release))
  const directory = imageDirectory(release)
  if (!existsSync(directory)) {
    // Asked for twice by one process, it is still built once.
    const building =
      inProgress.get(name) ??
      build(release, tellSteps(`lab: ${name}`, log), signal).finally(() => inProgress.delete(name))
    inProgress.set(name, building)
    await building
  }
  return {
    ...ImageFacts.parse(JSON.parse(readFileSync(join(directory, IMAGE_FILES.facts), 'utf8'))),
    release,
    disk: join(directory, IMAGE_FILES.disk),
    vmlinuz: join(directory, IMAGE_FILES.kernel),
    initrd: join(directory, IMAGE_FILES.initrd),
    root: join(directory, IMAGE_FILES.root),
    modules: join(directory, 'modules'),
  }
}

const inProgress = new Map<string, Promise<void>>()

// The compiler is that of the image of its suite.
const kernelOf = async ({ built, suite }: Release, step: Step, signal: AbortSignal) =>
  built === undefined ? [] : ensureKernel(built, (await ensureImage(suite, { signal })).root, step, signal)

const build = async (release: Release, step: Step, signal: AbortSignal): Promise<void> => {
  if (process.getuid?.() !== 0) {
    throw new LabError(`building the image of ${release.name} needs root`, {
      exitCode: 3,
      hint: `once as root: sudo npm run lab -- ${release.name} -- true`,
    })
  }
  await step('building the image', async () => {
    const directory = createWorkDirectory(`building-${release.name}`)
    try {
      await buildImage(release, directory, await kernelOf(release, step, signal), step, signal)
      publish(release, directory)
    } catch (error) {
      remove(directory)
      throw error
    }
  })
}
