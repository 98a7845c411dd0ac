// SPDX-License-Identifier: MIT
import type { Io } from '../../cli/io.ts'
import type { TraceOptions } from '../../cli/options.ts'
import { describeFilters } from '../../filter/verdict.ts'
import type { Btf } from '../../host/btf.ts'
import type { Facts } from '../../host/facts.ts'
import type { Kind } from '../../observation.ts'
import { lackOfNames } from '../../program/check.ts'
import { hasKprobes } from '../../program/parts.ts'

/** Prints a warning. */
export type Warn = (message: string) => void

/** Prints each warning once, however often the trace begins anew. */
export const createWarn = ({ tell }: Io): Warn => {
  const warned = new Set<string>()
  return (message) => {
    if (!warned.has(message)) tell(`warning: ${message}`)
    warned.add(message)
  }
}

/** Warns of what a kernel that hides its names cannot tell, and of all that one without kprobes cannot show. */
export const warnOfKernel = (facts: Facts, btf: Btf, warn: Warn) => {
  const lack = lackOfNames(facts)
  if (lack !== undefined) warn(lack)
  if (hasKprobes(btf)) return
  const hidden = [
    'accept() owners',
    'netfilter REJECT',
    'RSTs to request and TIME_WAIT sockets',
    // Linux 6.10 brought both sk_rst_reason and a tcp_send_reset tracepoint that needs no socket.
    ...('sk_rst_reason' in btf.enums ? [] : ['RSTs sent without a full socket (no-listener, no-socket)']),
  ]
  warn(`this kernel has no kprobes, so only tracepoints are used. Not visible: ${hidden.join(', ')}`)
}

/** The line that says that the trace has begun, and on what. */
export const tracing = (options: TraceOptions, { kernel, bpftrace, ehash }: Kind<'start'>): string =>
  `tracing ${describeFilters(options)} on Linux ${kernel} (bpftrace ${bpftrace}, TCP hash: ${ehash}); Ctrl-C ends`
