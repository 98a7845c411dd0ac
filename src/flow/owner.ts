// SPDX-License-Identifier: MIT
import type { Kind, Task } from '../observation.ts'
import type { Case } from './case.ts'

/** What a process itself calls to close: of MPTCP the whole connection, not one of its subflows. */
const OWN = ['__tcp_close', 'tcp_disconnect', '__mptcp_close']

/**
 * What closes for somebody else: a file that was given up in a softirq or by a thread of the kernel (fs/file_table.c), one
 * that was on its way through a UNIX socket (net/unix/garbage.c).
 */
const FOR_OTHERS = ['delayed_fput', 'unix_gc', '__unix_gc']

/**
 * The current task is the closer only when it came here by its own close(), connect() or exit: a timer runs on anybody, be
 * he in his own close() of another socket. So does a handshake that ends when its listener is gone: only listen_stop is the
 * listener's own end (net/ipv4/inet_connection_sock.c, inet_csk_reqsk_queue_add).
 */
export const closerOf = ({ task, stack }: Kind<'reset'>) => {
  const own = stack.findIndex((name) => OWN.includes(name))
  if (own < 0 || stack.slice(0, own).some((name) => name.includes('softirq'))) return null
  if (stack.includes('inet_child_forget') && !stack.includes('inet_csk_listen_stop')) return null
  return stack.some((name) => FOR_OTHERS.includes(name)) ? null : task
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
        container: task.container,
        pod: task.pod,
        namespace: task.namespace,
        runtime: task.runtime,
      }
}
