// SPDX-License-Identifier: MIT
import type { Btf } from './btf.ts'

/** A file of probes/ that a trace is made of. */
export type Part = {
  file: string
  /** The kernel functions that its one body serves: attached to those that are there, left out without any. */
  functions: readonly string[]
  /** The tracepoint that it is for, as category and name. */
  tracepoint?: readonly [category: string, name: string]
  /** Files without which it says nothing. */
  needs?: readonly string[]
  /** Runs for each packet: `--light` does without. */
  perPacket?: true
}

/** The parts of every trace, outermost first. The files say what each tells. */
export const PARTS: readonly Part[] = [
  { file: 'tcp_rcv.bt', functions: ['tcp_v4_rcv', 'tcp_v6_rcv'], perPacket: true },
  { file: 'tcp_send_reset.bt', functions: ['tcp_v4_send_reset', 'tcp_v6_send_reset'] },
  { file: 'reply4.bt', functions: ['ip_send_unicast_reply'], needs: ['tcp_send_reset.bt'] },
  { file: 'reply6.bt', functions: ['tcp_v6_send_response'], needs: ['tcp_send_reset.bt'] },
  { file: 'tcp_send_active_reset.bt', functions: ['tcp_send_active_reset'] },
  { file: 'tcp_reset.bt', functions: ['tcp_reset'] },
  { file: 'inet_sock_set_state.bt', functions: [], tracepoint: ['sock', 'inet_sock_set_state'] },
  { file: 'accept.bt', functions: ['security_sock_graft'] },
]

/** What the kernel has of a part: the functions to attach to, or undefined when there is nothing to attach to. */
export const presentIn = (btf: Btf, { functions, tracepoint }: Part): readonly string[] | undefined => {
  if (tracepoint !== undefined) return btf.typedefs.includes(`btf_trace_${tracepoint[1]}`) ? [] : undefined
  const here = functions.filter((name) => name in btf.functions)
  return here.length > 0 ? here : undefined
}
