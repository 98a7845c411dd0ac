// SPDX-License-Identifier: MIT
import { readdirSync, watch, type FSWatcher } from 'node:fs'
import { join } from 'node:path'
import { numberOf } from './cgroups.ts'

/** The most cgroups that are watched, an inotify watch each. */
const MOST_WATCHED = 20_000

/**
 * Tells `notice` of each cgroup below the mounts, with its id and its path: of those that are there at once, of others as they
 * are made. A container may be gone, cgroup and all, a moment after the reset that its end sends; who looks then finds nothing.
 * The watching keeps no process alive. What the system refuses to watch, by its limit say, is looked up when it is asked for.
 */
export const watchCgroups = (mounts: readonly string[], notice: (number: string, path: string) => void): void => {
  for (const mount of mounts) {
    const watchers = new Map<string, FSWatcher>()
    const leave = (path: string) => {
      watchers.get(path)?.close()
      watchers.delete(path)
    }
    const enter = (path: string) => {
      if (watchers.has(path) || watchers.size >= MOST_WATCHED) return
      const directory = join(mount, path)
      try {
        const watcher = watch(directory, { persistent: false }, (event, name) => {
          if (event === 'rename' && name !== null) look(join(path, name))
        })
        watchers.set(
          path,
          watcher.on('error', () => leave(path)),
        )
        // What was made before the watch began tells of itself here; a file has no entries, and is no cgroup.
        const entries = readdirSync(directory, { withFileTypes: true })
        notice(numberOf(directory), path)
        for (const entry of entries) {
          if (entry.isDirectory()) enter(join(path, entry.name))
        }
      } catch {
        leave(path)
      }
    }
    // Something was made or removed: a directory can be entered, what is gone cannot.
    const look = (path: string) => {
      leave(path)
      enter(path)
    }
    enter('/')
  }
}
