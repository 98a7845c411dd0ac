// SPDX-License-Identifier: MIT
// Sockets of the kernel itself, of a network file system say: a thread of the kernel closes them, and no application.
import type { Case } from '../flow/case.ts'
import type { Instead } from './rule.ts'

/** Functions of the modules that have such sockets, by what their names begin with. */
const MODULES: readonly (readonly [RegExp, string])[] = [
  [/^iscsi_/, 'iscsi_tcp'],
  [/^nvmet_tcp_/, 'nvmet_tcp'],
  [/^nvme_tcp_/, 'nvme_tcp'],
  [/^(svc|rpc|xs|xprt)_/, 'sunrpc'],
  [/^_*smc_/, 'smc'],
  [/^(cifs|smb2)_/, 'cifs'],
  [/^ceph_/, 'libceph'],
  [/^rds_tcp_/, 'rds_tcp'],
  [/^drbd_/, 'drbd'],
  [/^o2net_/, 'ocfs2'],
  [/^_*mptcp_/, 'MPTCP'],
]

/** In the place of what is said of a local process, where the task that called for the RST is a thread of the kernel. */
export const kernelsOwn = ({ reset: { task } }: Case): Instead =>
  task?.kthread === true ? { who: 'local-kernel' } : {}

/** A sentence where it is, with the module that has the socket where the stack names it. */
export const kernelText = ({ reset: { task, stack } }: Case): string[] => {
  if (task?.kthread !== true) return []
  const names = MODULES.find(([pattern]) => stack.some((name) => pattern.test(name)))
  return [`${task.comm} is a thread of the kernel${names === undefined ? '' : `, and the socket is of ${names[1]}`}`]
}
