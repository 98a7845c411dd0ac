// SPDX-License-Identifier: MIT
import { closeSync, constants, fstatSync, ftruncateSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { geteuid } from 'node:process'

/** Who talked to whom, on which ports, is nobody else's business. */
const PRIVATE = 0o600
const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_APPEND } = constants

/**
 * Opens a file to be written from its beginning, and gives its descriptor; one that is made is for its owner alone. `isNew`: it must
 * not be there yet. Throws what the system says.
 *
 * Where others can write to the directory, as to /tmp, they can put a link in this one's place before, or a file of theirs: neither
 * is written to. Linux refuses that by itself where fs.protected_symlinks and fs.protected_regular are set (fs/namei.c), which a
 * host need not have.
 */
export const openPrivate = (file: string, { isNew = false }: { isNew?: boolean } = {}): number => {
  const { isShared, owners } = placeOf(dirname(file))
  const how = (isNew ? O_EXCL : 0) | (isShared ? O_NOFOLLOW : 0)
  const descriptor = openSync(file, O_WRONLY | O_CREAT | O_APPEND | how, PRIVATE)
  try {
    const stats = fstatSync(descriptor)
    if (isShared && !(owners.includes(stats.uid) && stats.nlink === 1))
      throw new Error('it belongs to somebody else, in a directory that others can write to')
    // A pipe, a terminal, a device has no beginning.
    if (stats.isFile()) ftruncateSync(descriptor)
    return descriptor
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
}

// Whether others can write there, and whose files are good there: one's own, and in a home those of its owner, for whom root may work.
const placeOf = (directory: string) => {
  const { mode, uid } = statSync(directory)
  const us = geteuid?.() ?? uid
  const isOfAll = (mode & 0o002) !== 0
  return { isShared: isOfAll || (us === 0 && uid !== 0), owners: isOfAll ? [us] : [us, uid] }
}
