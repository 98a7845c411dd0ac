// SPDX-License-Identifier: MIT
import { readdirSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Where version 2 of cgroups may be mounted, beside version 1 or alone. */
export const CGROUP_MOUNTS = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup']

/** CGROUP2_SUPER_MAGIC (include/uapi/linux/magic.h). */
const CGROUP2 = 0x63677270

/** The most directories that one search visits. */
const MOST_SEEN = 20_000

/**
 * Makes a function from a cgroup's id to its path. The id, from bpf_get_current_cgroup_id() and in hexadecimal, is the
 * inode of the cgroup's directory (fs/kernfs, kernfs_id on 64-bit machines). For a cgroup that is gone the function
 * gives undefined, and does not search again.
 */
export const createCgroups = (mounts: readonly string[]): ((number: string) => string | undefined) => {
  const paths = new Map<string, string | undefined>()
  return (number) => {
    if (!paths.has(number)) {
      for (const [found, path] of walk(mounts)) paths.set(found, path)
      if (!paths.has(number)) paths.set(number, undefined)
    }
    return paths.get(number)
  }
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

function* walk(mounts: readonly string[]): Generator<[number: string, path: string]> {
  for (const mount of mounts) {
    const waiting = ['/']
    for (let seen = 0; seen < MOST_SEEN; seen++) {
      const path = waiting.pop()
      if (path === undefined) break
      try {
        yield [statSync(join(mount, path), { bigint: true }).ino.toString(16), path]
        for (const entry of readdirSync(join(mount, path), { withFileTypes: true })) {
          if (entry.isDirectory()) waiting.push(join(path, entry.name))
        }
      } catch {
        // The cgroup is gone, or the mount does not exist.
      }
    }
  }
}
