// SPDX-License-Identifier: MIT
import { statSync } from 'node:fs'
import { join } from 'node:path'

/** Where process 1 has its root directory (proc_pid_root(5)). */
const OF_FIRST = '/proc/1/root'

/**
 * The directory below which the files of this host are, without a slash at its end: that of process 1, where another one's is ours,
 * as in a container with the PIDs of the host; else the empty text. Whoever may not look there sees his own.
 */
export const hostRoot = (first = OF_FIRST, own = '/'): string => {
  try {
    const [theirs, ours] = [statSync(join(first, '/')), statSync(own)]
    return theirs.dev === ours.dev && theirs.ino === ours.ino ? '' : first
  } catch {
    return ''
  }
}
