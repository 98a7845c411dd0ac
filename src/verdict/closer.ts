// SPDX-License-Identifier: MIT
// Who closed the socket, and whether that process was ending.
import type { Case } from '../flow/case.ts'
import type { Task } from '../observation.ts'

/** Whether close() was called: the socket has SOCK_DEAD, and no process has it any more. */
export const isOrphan = ({ reset: { socket } }: Case): boolean => socket?.dead === true

/** `nginx[812]`. */
export const closerText = (closer: Task | null): string =>
  closer === null ? 'a process' : `${closer.comm}[${closer.pid}]`

/** ` in ESTABLISHED`: the state until the reset, where it is known. */
export const inStateText = ({ stateBefore }: Case): string => (stateBefore === null ? '' : ` in ${stateBefore}`)

/** task_struct's exit_code: a signal in the low 7 bits, else what was given to exit() above 8. */
export const endText = ({ exit_code }: Task): string => {
  const code = exit_code ?? 0
  return (code & 127) === 0 ? `exit(${(code >> 8) & 255})` : `signal ${code & 127}`
}

/** A sentence where the closer was ending, else none. */
export const endingText = (closer: Task | null): string[] =>
  closer !== null && closer.exit_code !== null ? [`the process was ending, by ${endText(closer)}`] : []
