// SPDX-License-Identifier: MIT
import { readdirSync, statSync } from 'node:fs'

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
