// SPDX-License-Identifier: MIT
import { placeOf } from '../flow/container.ts'

/**
 * The path of a process's cgroup in the text of /proc/PID/cgroup, a line `N:CONTROLLERS:PATH` for each hierarchy (cgroups(7)): that
 * of version 2 (`0::PATH`); where it names no container, one of version 1 that does, systemd's own hierarchy or memory's. Seen from
 * within a cgroup namespace a path outside begins with `/..`, which is left out. Undefined where there is no such line.
 */
export const cgroupIn = (text: string): string | undefined => {
  const paths = ORDER.flatMap((line) => line.exec(text)?.[1]?.replace(/^(?:\/\.\.)+(?=\/|$)/, '') ?? []).map(
    (path) => path || '/',
  )
  return paths.find(isOfContainer) ?? paths[0]
}

/** Whether the path says that there is a container, or a pod. */
export const isOfContainer = (path: string): boolean => {
  const { id, podUid } = placeOf(path)
  return id !== null || podUid !== null
}

const ORDER = [/^0::(.*)$/m, /^\d+:name=systemd:(.*)$/m, /^\d+:(?:[\w,]+,)?memory(?:,[\w,]+)?:(.*)$/m]
