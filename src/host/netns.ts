// SPDX-License-Identifier: MIT
import { readdirSync, readlinkSync, statfsSync, statSync } from 'node:fs'
import { messageOf } from '../errors.ts'
import type { FindNetns } from '../filter/netns.ts'

/** A path whose inode is the network namespace, for nsenter; undefined when no process or mount shows it to us. */
export const netnsPath = (inode: number): string | undefined => candidates().find((path) => inodeOf(path) === inode)

/** Every network namespace that a process or a mount shows to us: inode -> one path of it. */
export const netnsPaths = (): Map<number, string> => {
  const paths = new Map<number, string>()
  for (const path of candidates()) {
    const inode = inodeOf(path)
    if (inode !== undefined && !paths.has(inode)) paths.set(inode, path)
  }
  return paths
}

/** The network namespace of a process, at a path, or with a name of `ip netns`. */
export const findNetns: FindNetns = (text) => {
  const path = /^\d+$/.test(text) ? `/proc/${text}/ns/net` : text.includes('/') ? text : `/run/netns/${text}`
  try {
    return isNetns(path) ? { inode: statSync(path).ino } : { tried: `${path} is something else` }
  } catch (error) {
    return { tried: messageOf(error) }
  }
}

/** The file system of namespaces (NSFS_MAGIC, include/uapi/linux/magic.h). */
const NSFS = 0x6e736673

// In /proc a link tells the kind; what is mounted, as in /run/netns, tells no more than that it is a namespace.
const isNetns = (path: string) => {
  if (statfsSync(path).type !== NSFS) return false
  try {
    return !/^(?!net:)\w+:\[\d+\]$/.test(readlinkSync(path))
  } catch {
    return true
  }
}

const candidates = () => [
  '/proc/self/ns/net',
  ...list('/run/netns').map((name) => `/run/netns/${name}`),
  ...list('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => `/proc/${pid}/ns/net`),
]

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
