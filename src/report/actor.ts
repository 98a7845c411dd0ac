// SPDX-License-Identifier: MIT
// Who stands beside the two ends of a connection in its sequence.
import { actorOf, type Verdict } from '../verdict/verdict.ts'

/** By which call the reset was made: `close()`, or in no words of the stack; undefined where no process acted. */
export const callOf = (verdict: Verdict): string | undefined => {
  if (actorOf(verdict) === null) return undefined
  const { stack } = verdict
  if (stack.includes('do_exit')) return 'exit'
  const call = stack.map((name) => /^__(?:x64|arm64|ia32|riscv)_sys_(\w+)$/.exec(name)?.[1]).find(Boolean)
  // What asks by a message to the kernel is no call on the socket.
  return call === undefined || verdict.by !== null ? 'has it reset' : `${call}()`
}

/** Who sent the RST in the name of one of the ends; undefined where that end did so itself. */
export const strangerOf = ({ who, cause }: Verdict): string | undefined => {
  if (cause === 'local-injection') return 'a program here'
  if (who === 'middlebox') return 'another machine'
  return who === 'local-firewall' ? "this host's firewall" : undefined
}
