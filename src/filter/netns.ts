// SPDX-License-Identifier: MIT
import { usageError } from '../errors.ts'

/** A network namespace by its inode, or every one. */
export type Netns = number | 'all'

/** The inode of a network namespace by a PID, a path or a name of `ip netns`; or in words what was tried. */
export type FindNetns = (text: string) => { inode: number } | { tried: string }

/**
 * The highest PID there can be (PID_MAX_LIMIT, include/linux/threads.h). Inodes of namespaces begin far above it, at
 * 0xeffffff8 (include/uapi/linux/nsfs.h), so a number says by itself which of both it is.
 */
const MOST_PIDS = 4_194_304

/** `4026531840,net:[4026532001],/run/netns/web,web,812,all` -> namespaces. Throws a usage error that says what was tried. */
export const parseNetns = (option: string, text: string, find: FindNetns): Netns[] =>
  text.split(',').map((part) => {
    if (part === 'all') return part
    const [, linked, plain] = /^(?:net:\[([1-9]\d{0,9})\]|([1-9]\d{0,9}))$/.exec(part) ?? []
    const inode = Number(linked ?? plain)
    if (inode > MOST_PIDS && inode <= 0xffffffff) return inode
    const found = /^[^\0\n]+$/.test(part) ? find(part) : { tried: 'no name is like that' }
    if ('inode' in found) return found.inode
    throw usageError(
      `${option}: ${JSON.stringify(part)} is not a network namespace: ${found.tried}`,
      'give an inode, a PID, a path, a name of ip netns, or all; readlink /proc/PID/ns/net prints the inode',
    )
  })
