// SPDX-License-Identifier: MIT
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import type { Filter } from '../filter/filter.ts'
import { admitsListener, admitsNetns, matches } from '../filter/match.ts'
import type { Tuple } from '../flow/tuple.ts'
import type { Kind, Task } from '../observation.ts'
import type { Clock } from './clock.ts'
import { cgroupIn } from './procCgroup.ts'
import { readProcNetTcp } from './procNetTcp.ts'

/**
 * The owners of the connections older than the trace, for the sockets that the filter selects, from /proc. Where
 * several processes hold one socket, the youngest is named. A process may be in another network namespace than its
 * socket, as a node's proxy is. `named` adds to a task the names of its container. Lets other work run after each process.
 */
export async function* findOwners(
  filter: Filter,
  clock: Clock,
  named: (task: Task) => Task = (task) => task,
): AsyncGenerator<Kind<'owner'>> {
  /** One process in each network namespace, through which its sockets are read. */
  const namespaces = new Map<number, string>()
  /** The owner of each socket, by the socket's inode. */
  const owners = new Map<number, Task>()
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const netns = Number(/^net:\[(\d+)\]$/.exec(link(`/proc/${pid}/ns/net`))?.[1] ?? 0)
    if (netns === 0) continue
    if (!namespaces.has(netns)) namespaces.set(netns, pid)
    const inodes = socketsOf(pid)
    if (inodes.length === 0) continue
    const task = taskOf(pid)
    for (const inode of inodes) owners.set(inode, task)
    await setImmediate()
  }
  for (const [netns, pid] of namespaces) {
    if (!admitsNetns(filter, netns)) continue
    for (const file of ['tcp', 'tcp6']) {
      for (const { inode, ...tuple } of readProcNetTcp(read(`/proc/${pid}/net/${file}`))) {
        const task = owners.get(inode)
        if (task === undefined || !wants(filter, { ...tuple, netns })) continue
        const at = clock.now()
        yield { kind: 'owner', at, cpu: 0, fn: 'proc', tuple: { ...tuple, netns }, sk: null, task: named(task) }
      }
      await setImmediate()
    }
  }
}

// A listener has no peer, so only the filter's port here can exclude it.
const wants = (filter: Filter, tuple: Tuple): boolean =>
  tuple.sport !== 0 ? matches(filter, tuple) : admitsListener(filter, tuple.dport)

const socketsOf = (pid: string): number[] =>
  list(`/proc/${pid}/fd`).flatMap((fd) => {
    const inode = /^socket:\[(\d+)\]$/.exec(link(`/proc/${pid}/fd/${fd}`))?.[1]
    return inode === undefined ? [] : Number(inode)
  })

const taskOf = (pid: string): Task => {
  const cgroup = cgroupIn(read(`/proc/${pid}/cgroup`))
  return {
    pid: Number(pid),
    comm: read(`/proc/${pid}/comm`).replace(/\n$/, ''),
    exit_code: null,
    ...(cgroup === undefined ? {} : { cgroup }),
  }
}

// A process may end while it is read, or belong to another user: then it shows nothing.
const quietly =
  <T>(ask: (path: string) => T, nothing: T) =>
  (path: string): T => {
    try {
      return ask(path)
    } catch {
      return nothing
    }
  }
const link = quietly((path) => readlinkSync(path), '')
const list = quietly((path) => readdirSync(path), [] as string[])
const read = quietly((path) => readFileSync(path, 'latin1'), '')
