// SPDX-License-Identifier: MIT
import { readdirSync, readlinkSync, statfsSync, statSync } from 'node:fs'
import { messageOf } from '../errors.ts'
import type { FindNetns } from '../filter/netns.ts'
import { hostRoot } from './root.ts'

/** A path to a network namespace, for nsenter; undefined when no process and no mount leads to it. */
export const netnsPath = (inode: number): string | undefined =>
  [...mounts(), ...processes()].find((path) => inodeOf(path) === inode)

/** Every network namespace that a process or a mount leads to: inode -> one path, a process's where there is one. */
export const netnsPaths = (): Map<number, string> => {
  const paths = new Map<number, string>()
  for (const path of [...processes(), ...mounts()]) {
    const inode = inodeOf(path)
    if (inode !== undefined && !paths.has(inode)) paths.set(inode, path)
  }
  return paths
}

/** The network namespace of a process, at a path, or with a name of `ip netns`. */
export const findNetns: FindNetns = (text) => {
  const path = /^\d+$/.test(text) ? `/proc/${text}/ns/net` : text.includes('/') ? text : `${namesDirectory()}/${text}`
  try {
    return isNetns(path) ? { inode: statSync(path).ino } : { tried: `${path} is not a network namespace` }
  } catch (error) {
    return { tried: `${path}: ${messageOf(error)}` }
  }
}

/** The file system of namespaces (NSFS_MAGIC, include/uapi/linux/magic.h). */
const NSFS = 0x6e736673

// In /proc the link names the kind of namespace. A mount, as in /run/netns, shows only that it is a namespace.
const isNetns = (path: string) => {
  if (statfsSync(path).type !== NSFS) return false
  try {
    return !/^(?!net:)\w+:\[\d+\]$/.test(readlinkSync(path))
  } catch {
    return true
  }
}

const processes = () => [
  '/proc/self/ns/net',
  ...list('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => `/proc/${pid}/ns/net`),
]

const mounts = () => list(namesDirectory()).map((name) => `${namesDirectory()}/${name}`)

// In a container, those of the host.
const namesDirectory = () => `${hostRoot()}/run/netns`

const list = (directory: string) => {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

const inodeOf = (path: string) => {
  try {
    return statSync(path).ino
  } catch {
    return undefined
  }
}
