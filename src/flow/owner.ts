// SPDX-License-Identifier: MIT
import type { Kind, Task } from '../observation.ts'
import type { Case } from './case.ts'

/**
 * The current task is the closer only when it came here by its own close(), connect() or exit: a timer runs on anybody, be
 * he in his own close() of another socket.
 */
export const closerOf = ({ task, stack }: Kind<'reset'>) => {
  const own = stack.findIndex((name) => name === '__tcp_close' || name === 'tcp_disconnect')
  return own < 0 || stack.slice(0, own).some((name) => name.includes('softirq')) ? null : task
}

/** Who owns the socket of a reset: its closer, or who is known to have had it. */
export const ownerOf = (closer: Task | null, owner: Task | null): Case['owner'] => {
  const task = closer ?? owner
  return task === null
    ? null
    : {
        how: closer === null ? 'socket' : 'closer',
        pid: task.pid,
        comm: task.comm,
        cgroup: task.cgroup ?? null,
      }
}
