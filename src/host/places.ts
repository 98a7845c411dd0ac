// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs'
import type { Task } from '../observation.ts'
import { CGROUP_MOUNTS, cgroup2Mounts, createCgroups } from './cgroups.ts'
import { createContainerNames, type FindNames } from './containerNames.ts'
import { cgroupIn, isOfContainer } from './procCgroup.ts'
import { hostRoot } from './root.ts'
import { watchCgroups } from './watchCgroups.ts'

/** Where this machine's tasks are found: cgroups by their ids, a process's by its PID, and the names of containers. */
export type Sources = {
  byId: (number: string) => string | undefined
  /** Of version 1, which an event's id does not tell; undefined where this machine has version 2 alone. */
  byPid: ((pid: number) => string | undefined) | undefined
  namesOf: FindNames
}

/** Adds to tasks of this machine where they run: the path of their cgroup, and the names of their container. */
export const createPlaces = (warn: (message: string) => void, sources: Sources = thisMachine(warn, hostRoot())) => {
  const { byId, byPid, namesOf } = sources
  /** A task whose cgroup is a path, with the names of its container. */
  const named = (task: Task): Task => {
    const names = task.cgroup === undefined ? undefined : namesOf(task.cgroup)
    return { ...task, ...names }
  }
  const pathOf = ({ pid, cgroup }: Task) => {
    const path = cgroup === undefined ? undefined : byId(cgroup)
    if (byPid === undefined || (path !== undefined && isOfContainer(path))) return path
    const other = byPid(pid)
    return path === undefined || (other !== undefined && isOfContainer(other)) ? other : path
  }
  return {
    named,
    /** A task of an event, whose cgroup is a number still. */
    placed: ({ cgroup, ...task }: Task): Task => {
      const path = pathOf({ ...task, ...(cgroup === undefined ? {} : { cgroup }) })
      return path === undefined ? task : named({ ...task, cgroup: path })
    },
  }
}

// A container may see its own part of the cgroups alone.
const thisMachine = (warn: (message: string) => void, root: string): Sources => {
  const mounts = cgroup2Mounts(CGROUP_MOUNTS.map((mount) => root + mount))
  const cgroups = createCgroups(mounts)
  const namesOf = createContainerNames(warn, `${root}/`)
  const notice = (number: string, path: string) => {
    cgroups.notice(number, path)
    // Names go with their container, too.
    if (isOfContainer(path)) namesOf(path)
  }
  // While bpftrace compiles: thousands of cgroups take a while.
  setImmediate(() => watchCgroups(mounts, notice))
  return {
    byId: cgroups.pathOf,
    byPid: cgroup2Mounts([`${root}/sys/fs/cgroup`]).length > 0 ? undefined : cgroupOf,
    namesOf,
  }
}

const cgroupOf = (pid: number) => {
  try {
    return cgroupIn(readFileSync(`/proc/${pid}/cgroup`, 'latin1'))
  } catch {
    // The process has ended.
    return undefined
  }
}
