// SPDX-License-Identifier: MIT
import { readdirSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Where version 2 of cgroups may be mounted, beside version 1 or alone. */
const MOUNTS = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup']

/** CGROUP2_SUPER_MAGIC (include/uapi/linux/magic.h). */
const CGROUP2 = 0x63677270

/** Directories looked at in one search at most. */
const MOST_SEEN = 20_000

/**
 * Makes what turns a cgroup's number, as bpf_get_current_cgroup_id() gives it, into its path: the inode of its directory
 * (fs/kernfs, kernfs_id on 64-bit machines). A cgroup that is not there any more gives undefined, and is not looked for
 * again.
 */
export const createCgroups = (
  mounts: readonly string[] = cgroup2Mounts(MOUNTS),
): ((number: string) => string | undefined) => {
  const paths = new Map<string, string | undefined>()
  return (number) => {
    if (!paths.has(number)) {
      for (const [found, path] of walk(mounts)) paths.set(found, path)
      if (!paths.has(number)) paths.set(number, undefined)
    }
    return paths.get(number)
  }
}

/** Those where version 2 is mounted: directories of version 1 have the same inodes, and are of something else. */
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
        // Gone meanwhile, or no such mount.
      }
    }
  }
}
