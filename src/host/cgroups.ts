// SPDX-License-Identifier: MIT
import { readdirSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Where version 2 of cgroups may be mounted, beside version 1 or alone. */
export const CGROUP_MOUNTS = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup']

/** CGROUP2_SUPER_MAGIC (include/uapi/linux/magic.h). */
const CGROUP2 = 0x63677270

/** The most directories that one search visits. */
const MOST_SEEN = 20_000

/** Paths that are kept. Those of cgroups that are gone are among them: a reset comes as its process ends. */
const MOST_KEPT = 50_000

/**
 * Makes a function from a cgroup's id to its path. The id, from bpf_get_current_cgroup_id() and in hexadecimal, is the
 * inode of the cgroup's directory (fs/kernfs, kernfs_id on 64-bit machines). For a cgroup that is gone, and was not asked for
 * nor noticed while it was there, the function gives undefined, and does not search again. `notice` is that of a cgroup by
 * whoever sees it made (watchCgroups.ts).
 */
export const createCgroups = (mounts: readonly string[]): Cgroups => {
  const paths = new Map<string, string | undefined>()
  const notice = (number: string, path: string | undefined) => {
    if (paths.size >= MOST_KEPT) for (const oldest of paths.keys()) if (paths.delete(oldest)) break
    paths.set(number, path)
  }
  return {
    notice,
    pathOf: (number) => {
      if (!paths.has(number)) {
        for (const [found, path] of walk(mounts)) notice(found, path)
        if (!paths.has(number)) notice(number, undefined)
      }
      return paths.get(number)
    },
  }
}

/** Paths of cgroups by their ids. */
export type Cgroups = {
  pathOf: (number: string) => string | undefined
  notice: (number: string, path: string) => void
}

/**
 * The candidates where version 2 is mounted. Directories of version 1 have inodes too, but those are not cgroup ids.
 */
export const cgroup2Mounts = (candidates: readonly string[]): string[] =>
  candidates.filter((mount) => {
    try {
      return statfsSync(mount).type === CGROUP2
    } catch {
      return false
    }
  })

/** The id of the cgroup of a directory. Throws where it is gone. */
export const numberOf = (directory: string): string => statSync(directory, { bigint: true }).ino.toString(16)

function* walk(mounts: readonly string[]): Generator<[number: string, path: string]> {
  for (const mount of mounts) {
    const waiting = ['/']
    for (let seen = 0; seen < MOST_SEEN; seen++) {
      const path = waiting.pop()
      if (path === undefined) break
      try {
        yield [numberOf(join(mount, path)), path]
        for (const entry of readdirSync(join(mount, path), { withFileTypes: true })) {
          if (entry.isDirectory()) waiting.push(join(path, entry.name))
        }
      } catch {
        // The cgroup is gone, or the mount does not exist.
      }
    }
  }
}
