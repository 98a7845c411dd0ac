// SPDX-License-Identifier: MIT
import type { TraceOptions } from '../../cli/options.ts'
import { readProbe } from '../../cli/package.ts'
import { seesBy } from '../../flow/sees.ts'
import type { Btf } from '../../host/btf.ts'
import type { Facts } from '../../host/facts.ts'
import { writeProgram, type Program } from '../../program/program.ts'
import type { Warn } from './tell.ts'

// On a kernel without kprobes that is another matter, of which it is warned already (tell.ts).
const unseenReplies = (probes: readonly string[]) => {
  const { replies } = seesBy(probes)
  return ([4, 6] as const).filter((family) => probes.includes(`tcp_v${family}_send_reset`) && !replies[family])
}

/**
 * Writes the program of a trace for one kernel, less the probes of the names given, and warns of what the kernel lacks.
 * A program without any probe gives no warnings: its caller fails.
 */
export const programWriter =
  (options: TraceOptions, { btf, facts }: { btf: Btf; facts: Facts }, warn: Warn) =>
  (without: readonly string[]): Program => {
    const wanted = { filter: options, steps: options.steps, ttl: options.ttl === true, without, machine: facts.machine }
    const program = writeProgram(btf, facts.symbols, wanted, readProbe)
    if (program.probes.length === 0) return program
    for (const name of program.missing)
      if (!without.includes(name)) warn(`this kernel has no ${name}: the trace goes on without it`)
    for (const family of unseenReplies(program.probes))
      warn(`a RST that answers an IPv${family} segment is not seen to leave: verdicts on such are likely at most`)
    return program
  }
